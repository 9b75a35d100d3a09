#include "search/stock_prompts.hpp"

#include <array>

namespace clipdex::search {
namespace {

constexpr std::array<std::string_view, 100> kPrompts{
    // What pictures show, as far apart as possible; some in Chinese, because some models read no
    // other language, and for the others these are texts that they do not understand.
    "a mountain lake", "a crowd at a concert", "a plate of pasta", "a city street at night",
    "a child on a beach", "a living room", "a wedding dress", "a football match", "a train station",
    "a herd of zebras", "an airplane in the sky", "a snowy forest", "a swimming pool",
    "a market stall with fruit", "the page of a newspaper", "the logo of a company",
    "a doctor in a hospital", "a racing car", "a sailing boat", "a bridge over a river", "a cactus",
    "fireworks", "a pair of shoes", "a bottle of wine", "a birthday cake", "a traffic light",
    "a construction site", "a spider in its web", "a mushroom", "a temple", "a spiral staircase",
    "shelves full of books", "a laptop on a desk", "a handwritten letter", "a chess board",
    "a cyclist", "a penguin", "a tiger", "雪山和湖泊", "夜晚的城市街道", "海滩上的孩子", "一碗面条",
    "高铁列车", "一束鲜花", "足球比赛", "办公室里的电脑", "医院的医生", "书法作品", "红灯笼",
    "停车场",
    // What no picture shows. Nobody's library has a right answer to them, however large it is.
    "the committee postponed the vote", "quarterly revenue fell by three percent",
    "he forgot what he wanted to say", "the price of oil next year", "mathematical induction",
    "an unpaid invoice", "inflation and interest rates", "yesterday at half past nine",
    "an apology that came too late", "statistical significance", "the grammar of Latin",
    "a password reset", "the opposite of courage", "nothing in particular",
    "an error in the configuration", "she agreed to the terms", "a theory of justice",
    "the will of the majority", "due diligence", "freedom of speech", "a lack of evidence",
    "long term consequences", "his opinion on taxes", "an insurance premium",
    "the second amendment", "a rumour about the merger", "the future tense", "existential doubt",
    "jurisdiction over the appeal", "a promise to a friend", "monetary policy",
    "the average of five numbers", "a change of plans", "no comment",
    "the meaning of the word however", "customer satisfaction", "a matter of principle",
    "the sum of all integers", "委员会推迟了表决", "下个季度的收入", "语法规则", "没有什么特别的",
    "数学归纳法", "他忘了要说什么", "明年的油价", "迟到的道歉", "言论自由", "统计显著性",
    "长期的后果", "缺乏证据"};

}  // namespace

// The list is short enough to be encoded in a few seconds by any model, and long enough for steps
// of one fiftieth. Whoever changes it must count `kStockPromptsVersion` up.
std::span<const std::string_view> stock_prompts() noexcept { return kPrompts; }

}  // namespace clipdex::search
