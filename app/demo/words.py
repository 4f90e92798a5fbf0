"""What customers of an invented shop buy, and what they are called. Nobody real."""

from random import Random

GOODS = (
    ("ゲーム内コイン 500枚", 500),
    ("電子書籍「北の灯台」", 1_320),
    ("ボイスドラマ 第①巻", 1_980),
    ("オンライン講座 ペン画入門", 4_800),
    ("月額プラン（6か月）", 5_940),
    ("同人ゲーム「夜汽車」", 2_200),
    ("スタンプ 40個", 240),
    ("配信チケット 1枚", 3_500),
    ("ソフト音源 表現セット", 12_800),
    ("コイン 10,000枚", 9_800),
    ("年間プラン", 19_800),
    ("法人向け素材集 全24巻", 98_000),
)

FAMILY_NAMES = ("青木", "髙橋", "山﨑", "小川", "上田", "渡邊", "中村", "伊藤", "能勢", "掛川")
GIVEN_NAMES = ("陽菜", "蓮", "結衣", "大翔", "さくら", "健一", "美咲", "ソラ", "隆", "真由美")


Purchase = tuple[str, str, int, int]
"""What is bought, by whom, for how many yen, with how many yen of postage."""


def purchase(random: Random) -> Purchase:
    """Something that somebody buys."""
    goods, price = random.choices(GOODS, weights=[12, 9, 8, 6, 6, 7, 12, 8, 3, 4, 2, 1])[0]  # nosec B311 # a made-up past
    name = f"{random.choice(FAMILY_NAMES)} {random.choice(GIVEN_NAMES)} 様"  # nosec B311 # a made-up past
    return goods, name, price, random.choice((0, 0, 0, 0, 110, 550))  # nosec B311 # a made-up past
