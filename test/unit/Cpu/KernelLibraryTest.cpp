//===- KernelLibraryTest.cpp - Compiled kernels in this process -----------===//

#include "runtime/Cpu/KernelLibrary.h"
#include "runtime/Base/MappedFile.h"

#include <gmock/gmock.h>

using namespace tern;
using testing::HasSubstr;

namespace {

std::string testObject() {
  Result<MappedFile> file = MappedFile::open(TERN_TEST_KERNELS);
  return file ? std::string(file->text()) : "";
}

void runMark(TernKernel kernel, std::int64_t tasks, std::int64_t *marks) {
  void *operands[] = {marks};
  std::int64_t dims[] = {64}, problem = 0;
  TernKernelCall call{operands, dims, nullptr, 0, tasks, 1, &problem};
  kernel(&call);
}

} // namespace

TEST(KernelLibrary, LoadsAndCallsKernelsByIndex) {
  Result<KernelLibrary> library = KernelLibrary::load(testObject(), {"nothing", "mark"}, "test");
  ASSERT_TRUE(library) << library.problem().str();
  ASSERT_EQ(library->size(), 2u);
  std::int64_t marks[3] = {};
  runMark((*library)[1], 3, marks);
  EXPECT_THAT(marks, testing::ElementsAre(1, 2, 3));
}

TEST(KernelLibrary, NamesTheMissingKernel) {
  Result<KernelLibrary> library = KernelLibrary::load(testObject(), {"mark", "softmax_7"}, "m.tern: variant v4");
  ASSERT_FALSE(library);
  EXPECT_EQ(library.problem().where, "m.tern: variant v4");
  EXPECT_THAT(library.problem().what, HasSubstr("'tern_softmax_7'"));
}

TEST(KernelLibrary, RefusesWhatIsNoObject) {
  for (std::string bytes : {std::string(), std::string("\177ELF"), std::string(4096, 'x')}) {
    Result<KernelLibrary> library = KernelLibrary::load(bytes, {}, "test");
    ASSERT_FALSE(library);
    EXPECT_THAT(library.problem().what, HasSubstr("ELF"));
  }
}

TEST(KernelLibrary, RefusesAnObjectOfAnotherMachine) {
  std::string object = testObject();
  ASSERT_GT(object.size(), 64u);
  object[18] = 2; // e_machine: SPARC
  object[19] = 0;
  Result<KernelLibrary> library = KernelLibrary::load(object, {}, "test");
  ASSERT_FALSE(library);
  EXPECT_THAT(library.problem().what, HasSubstr("could not be loaded"));
}

/// The loader takes a path that it knows for the object that it knows, so paths of live libraries must differ.
TEST(KernelLibrary, LibrariesLoadedSideBySideAreDistinct) {
  std::string object = testObject();
  Result<KernelLibrary> first = KernelLibrary::load(object, {"mark"}, "test");
  Result<KernelLibrary> second = KernelLibrary::load(object, {"mark"}, "test");
  ASSERT_TRUE(first && second);
  EXPECT_NE((*first)[0], (*second)[0]);
  {
    KernelLibrary moved = std::move(*first);
    std::int64_t marks[1] = {};
    runMark(moved[0], 1, marks);
    EXPECT_EQ(marks[0], 1);
  }
  std::int64_t marks[1] = {};
  runMark((*second)[0], 1, marks);
  EXPECT_EQ(marks[0], 1);
}
