#include "search/calendar.hpp"

#include <gtest/gtest.h>

#include <string>

namespace clipdex::search {
namespace {

constexpr std::int64_t kDay = 86'400;

TEST(ParseTime, EachFormNamesTheBeginningOfWhatItNames) {
  EXPECT_EQ(parse_time("1970"), 0);
  EXPECT_EQ(parse_time("2024"), 1'704'067'200);
  EXPECT_EQ(parse_time("2024-05"), 1'714'521'600);
  EXPECT_EQ(parse_time("2024-05-06"), 1'714'953'600);
  EXPECT_EQ(parse_time("2024-05-06T07:08"), 1'714'979'280);
  EXPECT_EQ(parse_time("2024-05-06T07:08:09"), 1'714'979'289);
}

TEST(ParseTime, AZAfterAClockChangesNothing) {
  EXPECT_EQ(parse_time("2024-05-06T07:08Z"), parse_time("2024-05-06T07:08"));
  EXPECT_EQ(parse_time("2024-05-06T07:08:09Z"), parse_time("2024-05-06T07:08:09"));
}

TEST(ParseTime, TheLastDayOfEveryMonthExistsAndTheNextOneDoesNot) {
  const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int month = 1; month <= 12; ++month) {
    const std::string prefix = (month < 10 ? "2023-0" : "2023-") + std::to_string(month);
    const int last = days[month - 1];
    const std::string next =
        month == 12 ? "2024" : (month < 9 ? "2023-0" : "2023-") + std::to_string(month + 1);
    const auto end = parse_time(prefix + '-' + std::to_string(last));
    ASSERT_TRUE(end) << prefix;
    EXPECT_EQ(*end + kDay, parse_time(next)) << prefix;
    EXPECT_EQ(parse_time(prefix + '-' + std::to_string(last + 1)), std::nullopt) << prefix;
  }
}

TEST(ParseTime, LeapYearsAreThoseOfTheGregorianCalendar) {
  for (const char* const year : {"0000", "1600", "2000", "2024", "2400"}) {
    const std::string text = year;
    ASSERT_TRUE(parse_time(text + "-02-29")) << year;
    EXPECT_EQ(*parse_time(text + "-02-29") + kDay, parse_time(text + "-03")) << year;
  }
  for (const char* const year : {"1700", "1900", "2023", "2100", "9999"}) {
    EXPECT_EQ(parse_time(year + std::string("-02-29")), std::nullopt) << year;
  }
}

TEST(ParseTime, CoversTheYearsFrom0000To9999) {
  EXPECT_EQ(parse_time("0000"), -62'167'219'200);
  EXPECT_EQ(parse_time("1969-12-31T23:59:59"), -1);
  EXPECT_EQ(parse_time("9999-12-31T23:59:59Z"), 253'402'300'799);
}

class NoTime : public ::testing::TestWithParam<const char*> {};

TEST_P(NoTime, IsNotParsed) { EXPECT_EQ(parse_time(GetParam()), std::nullopt) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(DaysAndTimesThatDoNotExist, NoTime,
                         ::testing::Values("2024-00", "2024-13", "2024-99", "2024-01-00",
                                           "2024-01-32", "2024-04-31", "2024-05-06T24:00",
                                           "2024-05-06T23:60", "2024-05-06T23:59:60",
                                           "2024-05-06T99:00"));

INSTANTIATE_TEST_SUITE_P(
    OtherShapes, NoTime,
    ::testing::Values("", " ", "x", "24", "202", "02024", "20240506", "2024-5", "2024-05-6",
                      "2024-", "2024-05-", "2024-05-06T", "2024-05-06T07",
                      "2024-05-06T07:", "2024-05-06T07:8",
                      "2024-05-06T07:08:", "2024-05-06T07:08:9", "2024-05-06T07:08:09.5",
                      "2024-05-06T07:08+02:00", "2024-05-06T07:08ZZ", "2024-05-06t07:08",
                      "2024-05-06T07:08z", "2024-05-06 07:08", "2024Z", "2024-05Z", "2024-05-06Z",
                      "2024-05-06TZ", "2024-05-06T07Z", "2024/05/06", " 2024", "2024 ", "-2024",
                      "+2024", "2024-+5", "\xEF\xBC\x92\xEF\xBC\x90\xEF\xBC\x92\xEF\xBC\x94"));

TEST(FormatTime, WritesADayAtMidnightAndTheClockOtherwise) {
  EXPECT_EQ(format_time(0), "1970-01-01");
  EXPECT_EQ(format_time(1), "1970-01-01T00:00:01");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59");
  EXPECT_EQ(format_time(1'709'164'800), "2024-02-29");
  EXPECT_EQ(format_time(1'714'979'289), "2024-05-06T07:08:09");
}

TEST(FormatTime, WritesYearsInFourDigits) {
  EXPECT_EQ(format_time(-62'167'219'200), "0000-01-01");
  EXPECT_EQ(format_time(-43'200'000'000), "0601-01-18");
  EXPECT_EQ(format_time(253'402'300'799), "9999-12-31T23:59:59");
}

TEST(FormatTime, ParsingGivesTheTimeBack) {
  const std::int64_t first = -62'167'219'200;
  const std::int64_t last = 253'402'300'799;
  // A step that is no multiple of a minute, an hour or a day, so that all of the clock is met.
  for (std::int64_t time_s = first; time_s <= last; time_s += 98'765'431) {
    ASSERT_EQ(parse_time(format_time(time_s)), time_s) << format_time(time_s);
  }
}

}  // namespace
}  // namespace clipdex::search
