//===- tern-translate.cpp - Models to Tern IR and back --------------------===//

#include "tern/Import/Translation.h"

#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"

int main(int argc, char **argv) {
  tern::registerImportTranslation();
  return failed(mlir::mlirTranslateMain(argc, argv, "Tern's translation driver\n"));
}
