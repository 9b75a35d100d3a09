#include "search/parse.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "base/utf8.hpp"
#include "search/calendar.hpp"
#include "search/lexicon.hpp"
#include "search/plan.hpp"

namespace clipdex::search {
namespace {

constexpr std::string_view kPathFilter = "path:";
constexpr std::string_view kAfterFilter = "after:";
constexpr std::string_view kBeforeFilter = "before:";
constexpr std::string_view kFile = "file:";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

// The bytes of the weight that `text` begins with, without its colon; 0 when it begins with none.
std::size_t weight_size(std::string_view text) {
  std::size_t size = 0;
  const auto skip_digits = [&] {
    while (size < text.size() && is_digit(text[size])) ++size;
  };
  skip_digits();
  if (size == 0) return 0;
  if (size + 1 < text.size() && text[size] == '.' && is_digit(text[size + 1])) {
    ++size;
    skip_digits();
  }
  if (text.substr(size, 1) != ":" || size + 1 == text.size()) return 0;
  const std::string_view rest = text.substr(size + 1);
  return is_digit(rest[0]) || blank_size(rest) > 0 ? 0 : size;
}

std::optional<char> from_hex(std::string_view two_digits) {
  if (two_digits.substr(0, 1) == "-") return std::nullopt;  // from_chars reads -1 as a number
  int value = 0;
  const char* const end = two_digits.data() + two_digits.size();
  const auto [stop, error] = std::from_chars(two_digits.data(), end, value, 16);
  if (two_digits.size() != 2 || error != std::errc() || stop != end) return std::nullopt;
  return static_cast<char>(value);
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
    decoded += byte.value_or(text[i]);
    if (byte) i += 2;
  }
  return decoded;
}

// Reads a query from left to right, one word, quoted text or operator at a time. Mistakes are
// thrown and become the error of `parse_query`.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Query parse() {
    for (skip_blanks(); at_ < text_.size(); skip_blanks()) read_element();
    finish_words();
    if (sign_at_) {
      fail(*sign_at_,
           "nothing follows this {}; write what to {}, or put it in quotes if it is meant "
           "as text",
           text_[*sign_at_], text_[*sign_at_] == '-' ? "stay away from" : "add");
    }
    return std::move(query_);
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }

  void skip_blanks() {
    while (const std::size_t size = blank_size(rest())) at_ += size;
  }

  template <class... Values>
  [[noreturn]] void fail(std::size_t at, fmt::format_string<Values...> advice,
                         Values... values) const {
    std::size_t characters = 1;  // bytes that do not continue a UTF-8 sequence
    for (const char c : text_.substr(0, at)) characters += (c & 0xC0) != 0x80 ? 1U : 0U;
    throw Exception(ErrorCode::invalid_argument,
                    fmt::format("the query has a mistake at character {}: {}", characters,
                                fmt::format(advice, std::move(values)...)));
  }

  void read_element() {
    const std::string_view text = rest();
    if (text[0] == '+' || text[0] == '-') return read_operator();
    for (const std::string_view name : {kPathFilter, kAfterFilter, kBeforeFilter}) {
      if (begins_with(text, name)) return read_filter(name);
    }
    if (const std::size_t size = weight_size(text)) read_weight(size);
    read_term();
  }

  void read_operator() {
    if (sign_at_) {
      fail(at_,
           "two operators follow each other; leave one out, or put the second in quotes with "
           "its text");
    }
    finish_words();
    sign_at_ = at_++;
  }

  void read_filter(std::string_view name) {
    if (sign_at_) {
      fail(at_, "a filter such as {} takes no + or -; leave the operator out", name);
    }
    const std::size_t start = at_;
    at_ += name.size();
    const std::string value = read_value(start, name);
    if (name == kPathFilter) {
      query_.filters.path_globs.push_back(value);
      return;
    }
    auto& time_s =
        name == kAfterFilter ? query_.filters.taken_from_s : query_.filters.taken_before_s;
    if (time_s) fail(start, "{} is given a second time; leave one out", name);
    time_s = parse_time(value);
    if (!time_s) {
      fail(start,
           "\"{}\" is not a date; write YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS, in "
           "UTC",
           to_valid_utf8(value));
    }
  }

  void read_weight(std::size_t size) {
    finish_words();
    const std::string_view number = rest().substr(0, size);
    const auto [stop, error] =
        std::from_chars(number.data(), number.data() + number.size(), weight_);
    if (error != std::errc() || weight_ < kWeightMin || weight_ > kWeightMax) {
      fail(at_,
           "the weight {} is not between 0.000001 and 1000000; to stay away from something, "
           "write a minus before it",
           number);
    }
    at_ += size + 1;
    if (text_[at_] == '+' || text_[at_] == '-') {
      fail(at_, "the operator stands after a weight; write it before, such as {}{}:", text_[at_],
           number);
    }
    for (const std::string_view name : {kPathFilter, kAfterFilter, kBeforeFilter}) {
      if (begins_with(rest(), name)) fail(at_, "a filter such as {} takes no weight", name);
    }
  }

  void read_term() {
    const std::size_t start = at_;
    if (quotes_at(rest()) != nullptr) {
      add_term(QueryTerm::Kind::text, start, read_quoted());
    } else if (begins_with(rest(), kFile)) {
      at_ += kFile.size();
      add_term(QueryTerm::Kind::image_file, start, read_file_value(start));
    } else if (begins_like_path(rest())) {
      add_term(QueryTerm::Kind::image_file, start, read_word());
    } else if (begins_like_url(rest())) {
      add_term(QueryTerm::Kind::image_url, start, read_word());
    } else if (words_) {
      words_->value += ' ';
      words_->value += read_word();
    } else {
      words_ = QueryTerm{QueryTerm::Kind::text, read_word(), take_weight()};
    }
  }

  // The path after file:, where file:///a%20b is the form that file managers copy.
  std::string read_file_value(std::size_t start) {
    constexpr std::string_view kFileUrl = "//";
    if (!begins_with(rest(), kFileUrl)) return read_value(start, kFile);
    at_ += kFileUrl.size();
    std::string path = percent_decoded(read_word());
    if (path.empty() || path[0] != '/') {
      fail(start, "an image on another machine cannot be read by file://; write file:///PATH");
    }
    return path;
  }

  std::string read_value(std::size_t start, std::string_view name) {
    std::string value = quotes_at(rest()) != nullptr ? read_quoted() : read_word();
    if (value.empty()) {
      fail(start,
           "{} has no value; write it without a blank after the colon, or put it in quotes if "
           "it is meant as text",
           name);
    }
    return value;
  }

  std::string read_word() {
    const std::string_view word = rest().substr(0, word_size(rest()));
    at_ += word.size();
    return std::string(word);
  }

  std::string read_quoted() {
    const std::size_t start = at_;
    const Quotes quotes = *quotes_at(rest());
    at_ += quotes.open.size();
    std::string value;
    while (!begins_with(rest(), quotes.close)) {
      if (at_ + 1 < text_.size() && text_[at_] == '\\') ++at_;
      if (at_ == text_.size()) {
        fail(start, "this quote is not closed; write {} where it ends", quotes.close);
      }
      value += text_[at_++];
    }
    at_ += quotes.close.size();
    return value;
  }

  void add_term(QueryTerm::Kind kind, std::size_t start, std::string value) {
    if (is_blank(value)) fail(start, "nothing stands between these quotes; leave them out");
    finish_words();
    query_.terms.push_back({kind, std::move(value), take_weight()});
  }

  void finish_words() {
    if (words_) query_.terms.push_back(*std::exchange(words_, std::nullopt));
  }

  // The weight of the term that begins now; the next one has 1 again.
  double take_weight() {
    const auto sign_at = std::exchange(sign_at_, std::nullopt);
    const double weight = std::exchange(weight_, 1);
    return sign_at && text_[*sign_at] == '-' ? -weight : weight;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  Query query_;
  std::optional<QueryTerm> words_;      // bare words that more may follow
  std::optional<std::size_t> sign_at_;  // an operator that waits for its term
  double weight_ = 1;                   // of the next term
};

}  // namespace

Result<Query> parse_query(std::string_view text) {
  try {
    Query query = Parser(text).parse();
    if (auto checked = check_query(query); !checked) return std::move(checked).error();
    return query;
  } catch (const Exception& mistake) {
    return mistake.error();
  }
}

}  // namespace clipdex::search
