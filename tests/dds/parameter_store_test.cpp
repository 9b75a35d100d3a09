#include "dds/parameter_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clipdex/error.hpp"

namespace clipdex::dds {
namespace {

using rcl_interfaces::ParameterEvent;
using rcl_interfaces::to_message;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ParameterStoreTest : public ::testing::Test {
 protected:
  std::function<void(ParameterEvent&&)> sink() {
    return [this](ParameterEvent&& event) { events_.push_back(std::move(event)); };
  }
  /// Declares a parameter of some types.
  void fill(ParameterStore& store) {
    store.declare("count", std::int64_t{5}, {"how many", false, {}});
    store.declare("factor", 0.5, {});
    store.declare("fixed", std::string("as it is"), {"", true, {}});
    store.declare("even", std::int64_t{2}, {"", false, [](const ParameterValue& value) {
                                              return std::get<std::int64_t>(value) % 2 == 0
                                                         ? std::nullopt
                                                         : std::optional<std::string>("it is odd");
                                            }});
    events_.clear();
  }
  static rcl_interfaces::SetParametersResult set(ParameterStore& store, const std::string& name,
                                                 const ParameterValue& value) {
    return store.set({{name, to_message(value)}});
  }
  static std::string reason(ParameterStore& store, const std::string& name,
                            const ParameterValue& value) {
    const auto result = set(store, name, value);
    EXPECT_FALSE(result.successful);
    return result.reason;
  }
  /// The message of a refused declaration.
  std::string refusal(const std::string& name, const ParameterValue& override_value,
                      const ParameterValue& default_value,
                      const ParameterDescription& description = {}) {
    ParameterStore store({{name, override_value}}, sink());
    try {
      store.declare(name, default_value, description);
    } catch (const Exception& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      return error.what();
    }
    return "";
  }

  std::vector<ParameterEvent> events_;
};

TEST_F(ParameterStoreTest, ADeclarationGivesTheDefaultOrTheOverride) {
  ParameterStore store({{"mode", std::int64_t{1}}}, sink());
  EXPECT_EQ(store.declare("mode", std::int64_t{0}, {}), ParameterValue(std::int64_t{1}));
  EXPECT_EQ(store.declare("text", std::string("a dog"), {}), ParameterValue("a dog"));
  EXPECT_EQ(store.value("mode"), ParameterValue(std::int64_t{1}));
}

TEST_F(ParameterStoreTest, AnIntegerForADoubleIsTaken) {
  ParameterStore store({{"factor", std::int64_t{2}}}, sink());
  EXPECT_EQ(store.declare("factor", 0.5, {}), ParameterValue(2.0));
  EXPECT_TRUE(set(store, "factor", std::int64_t{3}).successful);
  EXPECT_EQ(store.value("factor"), ParameterValue(3.0));
}

TEST_F(ParameterStoreTest, AnEmptyListIsOneOfTheTypeThatIsExpected) {
  ParameterStore store({{"sizes", std::vector<std::string>{}}}, sink());
  EXPECT_EQ(store.declare("sizes", std::vector<std::int64_t>{1}, {}),
            ParameterValue(std::vector<std::int64_t>{}));
}

TEST_F(ParameterStoreTest, AnOverrideOfAnotherTypeIsRefusedWithNameValueAndType) {
  EXPECT_EQ(refusal("mode", std::string("one"), std::int64_t{0}),
            "the parameter 'mode' is 'one', of type string; it must be of type integer");
  EXPECT_EQ(refusal("mode", 0.5, true),
            "the parameter 'mode' is 0.500000, of type double; it must be of type bool");
}

TEST_F(ParameterStoreTest, AnOverrideThatTheOwnerRefusesIsRefusedWithHisWords) {
  const auto refuse = [](const ParameterValue&) {
    return std::optional<std::string>("it must be 0 or 1");
  };
  EXPECT_EQ(refusal("mode", std::int64_t{7}, std::int64_t{0}, {"", false, refuse}),
            "the parameter 'mode' is 7; it must be 0 or 1");
}

TEST_F(ParameterStoreTest, DeclaringTwiceIsABug) {
  ParameterStore store({}, sink());
  fill(store);
  EXPECT_THROW(store.declare("count", std::int64_t{1}, {}), Exception);
  EXPECT_EQ(store.value("count"), ParameterValue(std::int64_t{5}));
}

TEST_F(ParameterStoreTest, OverridesThatNothingWasDeclaredForAreTold) {
  ParameterStore store({{"mode", std::int64_t{1}}, {"moed", std::int64_t{1}}}, sink());
  store.declare("mode", std::int64_t{0}, {});
  EXPECT_THAT(store.unused_overrides(), ElementsAre("moed"));
}

TEST_F(ParameterStoreTest, ADeclarationAndAChangeAreEvents) {
  ParameterStore store({}, sink());
  store.declare("mode", std::int64_t{0}, {});
  set(store, "mode", std::int64_t{1});
  ASSERT_THAT(events_, SizeIs(2));
  ASSERT_THAT(events_[0].new_parameters, SizeIs(1));
  EXPECT_EQ(events_[0].new_parameters[0].name, "mode");
  EXPECT_THAT(events_[0].changed_parameters, IsEmpty());
  ASSERT_THAT(events_[1].changed_parameters, SizeIs(1));
  EXPECT_EQ(events_[1].changed_parameters[0].value.integer_value, 1);
}

TEST_F(ParameterStoreTest, SettingIsRefusedInTheWordsOfRclcpp) {
  ParameterStore store({}, sink());
  fill(store);
  EXPECT_EQ(reason(store, "absent", true),
            "parameter 'absent' cannot be set because it was not declared");
  EXPECT_EQ(reason(store, "fixed", std::string("new")),
            "parameter 'fixed' cannot be set because it is read-only");
  EXPECT_EQ(reason(store, "count", std::string("many")),
            "Wrong parameter type, parameter {count} is of type {integer}, setting it to {string} "
            "is not allowed.");
  EXPECT_EQ(reason(store, "count", {}),
            "Wrong parameter type, parameter {count} is of type {integer}, setting it to {not set} "
            "is not allowed.");
  EXPECT_EQ(reason(store, "even", std::int64_t{3}), "it is odd");
  EXPECT_EQ(store.value("count"), ParameterValue(std::int64_t{5}));
  EXPECT_THAT(events_, IsEmpty());
}

TEST_F(ParameterStoreTest, AValueOfATypeThatRosDoesNotKnowIsRefused) {
  ParameterStore store({}, sink());
  fill(store);
  rcl_interfaces::ParameterValue odd;
  odd.type = 77;
  const auto result = store.set({{"count", odd}});
  EXPECT_FALSE(result.successful);
  EXPECT_THAT(result.reason, ::testing::StartsWith("parameter 'count': "));
}

TEST_F(ParameterStoreTest, SeveralAreSetTogetherOrNotAtAll) {
  ParameterStore store({}, sink());
  fill(store);
  EXPECT_FALSE(
      store.set({{"count", to_message(std::int64_t{6})}, {"fixed", to_message(std::string("x"))}})
          .successful);
  EXPECT_EQ(store.value("count"), ParameterValue(std::int64_t{5}));
  EXPECT_TRUE(
      store.set({{"count", to_message(std::int64_t{6})}, {"factor", to_message(0.25)}}).successful);
  EXPECT_EQ(store.value("count"), ParameterValue(std::int64_t{6}));
  EXPECT_EQ(store.value("factor"), ParameterValue(0.25));
  ASSERT_THAT(events_, SizeIs(1)) << "one event for all";
  EXPECT_THAT(events_[0].changed_parameters, SizeIs(2));
}

TEST_F(ParameterStoreTest, TheOwnersLookAtAValueMayLookAtOtherParameters) {
  ParameterStore store({}, sink());
  fill(store);
  store.declare("below_count", std::int64_t{1},
                {"", false, [&](const ParameterValue& value) {
                   return value < store.value("count") ? std::nullopt
                                                       : std::optional<std::string>("too many");
                 }});
  EXPECT_TRUE(set(store, "below_count", std::int64_t{4}).successful);
  EXPECT_EQ(reason(store, "below_count", std::int64_t{5}), "too many");
}

TEST_F(ParameterStoreTest, ValuesTypesAndDescriptionsAreGivenInTheOrderAskedFor) {
  ParameterStore store({}, sink());
  fill(store);
  const auto values = store.get({"fixed", "count"});
  ASSERT_THAT(values, SizeIs(2));
  EXPECT_EQ(values[0].string_value, "as it is");
  EXPECT_EQ(values[1].integer_value, 5);
  EXPECT_THAT(store.types({"fixed", "count", "factor"}), ElementsAre(4, 2, 3));
  const auto descriptors = store.describe({"count", "fixed"});
  ASSERT_THAT(descriptors, SizeIs(2));
  EXPECT_EQ(descriptors[0].name, "count");
  EXPECT_EQ(descriptors[0].type, 2);
  EXPECT_EQ(descriptors[0].description, "how many");
  EXPECT_FALSE(descriptors[0].read_only);
  EXPECT_TRUE(descriptors[1].read_only);
}

TEST_F(ParameterStoreTest, OneNameThatWasNotDeclaredLeavesTheAnswerEmpty) {
  ParameterStore store({}, sink());
  fill(store);
  EXPECT_THAT(store.get({"count", "absent"}), IsEmpty());
  EXPECT_THAT(store.types({"count", "absent"}), IsEmpty());
  EXPECT_THAT(store.describe({"count", "absent"}), IsEmpty());
}

class ParameterListTest : public ParameterStoreTest {
 protected:
  ParameterListTest() {
    for (const char* name : {"top", "a.one", "a.two", "a.b.three", "ab.four"}) {
      store_.declare(name, true, {});
    }
  }
  std::vector<std::string> names(const std::vector<std::string>& prefixes, std::uint64_t depth) {
    return store_.list(prefixes, depth).names;
  }
  ParameterStore store_{{}, sink()};
};

TEST_F(ParameterListTest, WithoutPrefixAndDepthAllNamesAreListedWithTheirPrefixes) {
  const auto all = store_.list({}, 0);
  EXPECT_THAT(all.names, ElementsAre("a.b.three", "a.one", "a.two", "ab.four", "top"));
  EXPECT_THAT(all.prefixes, ElementsAre("a.b", "a", "ab"));
}

TEST_F(ParameterListTest, ADepthLimitsTheParts) {
  EXPECT_THAT(names({}, 1), ElementsAre("top"));
  EXPECT_THAT(names({}, 2), ElementsAre("a.one", "a.two", "ab.four", "top"));
}

TEST_F(ParameterListTest, APrefixIsWholeParts) {
  EXPECT_THAT(names({"a"}, 0), ElementsAre("a.b.three", "a.one", "a.two"));
  EXPECT_THAT(names({"a.b", "top"}, 0), ElementsAre("a.b.three", "top"));
  EXPECT_THAT(names({"absent"}, 0), IsEmpty());
}

TEST_F(ParameterListTest, ADepthCountsFromThePrefix) {
  EXPECT_THAT(names({"a"}, 1), ElementsAre("a.one", "a.two"));
  EXPECT_THAT(names({"a"}, 2), ElementsAre("a.b.three", "a.one", "a.two"));
}

}  // namespace
}  // namespace clipdex::dds
