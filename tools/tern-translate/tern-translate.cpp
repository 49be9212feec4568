//===- tern-translate.cpp - Models to Tern IR and back --------------------===//

#include "tern/Import/Translation.h"
#include "tern/Target/PrintCuda.h"
#include "tern/Target/WeightTable.h"

#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"

int main(int argc, char **argv) {
  tern::registerCudaSourceTranslation();
  tern::registerImportTranslation();
  tern::registerWeightTableTranslation();
  return failed(mlir::mlirTranslateMain(argc, argv, "Tern's translation driver\n"));
}
