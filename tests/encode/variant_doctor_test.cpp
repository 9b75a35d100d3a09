#include "encode/variant_doctor.hpp"

#include <gmock/gmock.h>

#include "encode/optimize.hpp"
#include "support/cache_home.hpp"
#include "support/model_copies.hpp"
#include "support/places.hpp"

namespace clipdex::encode {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class VariantDoctor : public ::testing::Test {
 protected:
  VariantDoctor() {
    OptimizeOptions options;
    options.program_version = "1.2.3";
    package_ = model::read_package(test::copy_model("immich", directory_.path())).value_or_throw();
    (void)optimize_package(package_, options);
  }

  test::TemporaryCacheHome cache_;
  test::TemporaryDirectory directory_;
  model::Package package_;
};

TEST_F(VariantDoctor, ShowsThePassesAndTheProofAndProvesAgain) {
  std::vector<std::string> names;
  for (const Check& check : examine_variants(package_)) {
    names.push_back(check.name);
    EXPECT_NE(check.state, CheckState::failed) << check.name << ": " << check.detail;
  }
  for (const char* name :
       {"int8 variant", "int8 image attention", "int8 text linear", "int8 image proof",
        "int8 text proof", "int8 images now", "int8 texts now"}) {
    EXPECT_THAT(names, ::testing::Contains(name));
  }
}

TEST_F(VariantDoctor, SaysWhyOneCannotBeUsed) {
  test::write_text(package_.directory / "optimized/int8/visual.onnx.data", "x");
  const auto checks = examine_variants(package_);
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(checks[0].state, CheckState::failed);
  EXPECT_THAT(checks[0].detail, HasSubstr("its files are not those that were proved; make it again "
                                          "with: clipdex model optimize "));
}

TEST_F(VariantDoctor, SaysNothingWhereThereIsNone) {
  std::filesystem::remove_all(package_.directory / "optimized");
  EXPECT_THAT(examine_variants(package_), IsEmpty());
}

}  // namespace
}  // namespace clipdex::encode
