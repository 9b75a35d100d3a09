#include "search/stock_prompts.hpp"

#include <array>

namespace clipdex::search {
namespace {

constexpr std::array<std::string_view, 100> kPrompts{
    // What photographs show, as far apart as possible, so that no library has pictures of many.
    "a mountain lake", "a crowd at a concert", "a plate of pasta", "a city street at night",
    "a child on a beach", "a living room", "a wedding dress", "a football match",
    "a sunset over the sea", "a train station", "a bowl of soup", "a herd of zebras",
    "an airplane in the sky", "a snowy forest", "a swimming pool", "a market stall with fruit",
    "the page of a newspaper", "the logo of a company", "a doctor in a hospital", "a soldier",
    "a group of friends", "a racing car", "a sailing boat", "a bridge over a river", "a desert",
    "a cactus", "a starry sky", "fireworks", "a tattoo", "a pair of shoes", "a wristwatch",
    "a bottle of wine", "a birthday cake", "a Christmas tree", "a parking lot", "a traffic light",
    "a construction site", "a factory", "a tractor on a field", "a spider in its web", "a beehive",
    "a whale", "a turtle", "a mushroom", "a field of sunflowers", "a palm tree", "a temple",
    "a skyscraper", "a spiral staircase", "shelves full of books", "a classroom",
    "a laptop on a desk", "the screenshot of a website", "a handwritten letter", "a chess board",
    "a tennis racket", "a skier", "a cyclist", "a ballet dancer", "a microphone", "a camel",
    "a penguin", "a tiger", "a snake", "a parrot",
    // What no picture shows: how near texts are to a picture that have nothing to do with it.
    "the committee postponed the vote", "quarterly revenue fell by three percent",
    "he forgot what he wanted to say", "the price of oil next year", "mathematical induction",
    "an unpaid invoice", "inflation and interest rates", "yesterday at half past nine",
    "an apology that came too late", "statistical significance", "the grammar of Latin",
    "a password reset", "the opposite of courage", "nothing in particular",
    "an error in the configuration",
    // The same in Chinese, because some models read no other language, and for the others these are
    // what a text is that they do not understand.
    "雪山和湖泊", "夜晚的城市街道", "海滩上的孩子", "一碗面条", "高铁列车", "古代的寺庙",
    "大熊猫吃竹子", "一束鲜花", "足球比赛", "办公室里的电脑", "医院的医生", "书法作品", "红灯笼",
    "一只老虎", "停车场", "委员会推迟了表决", "下个季度的收入", "语法规则", "没有什么特别的",
    "数学归纳法"};

}  // namespace

// The list is short enough to be encoded in a few seconds by any model, and long enough for steps
// of one hundredth. Whoever changes it must count `kStockPromptsVersion` up.
std::span<const std::string_view> stock_prompts() noexcept { return kPrompts; }

}  // namespace clipdex::search
