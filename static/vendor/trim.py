"""Cut Tabler's stylesheet down to the component families this project uses.

Run once when a version is vendored; the result is committed, so neither a build nor a server
needs this. Uncut, the sheet alone is 79 kB on the wire, most of what a first page may weigh.

    python static/vendor/trim.py PACKAGE/dist/css/tabler.min.css > static/vendor/tabler.css

A family is the first word of a class: `btn` covers .btn, .btn-primary and .btn-sm. A rule stays
when every class of one of its selectors belongs to a kept family.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

FAMILIES = frozenset(
    """align bg border bottom btn card col container d disabled end flex focus font form fs fst fw
    g gap h hstack icon input invalid is justify lh list m max mb me min ms mt mx my overflow p pb
    pe progress ps pt px py rounded row spinner start sticky stretched table text top valid
    visually vstack w was""".split()
)
# Colour carries meaning only, so the palette's own classes have no use here.
PALETTE = re.compile(
    r"-(?:blue|azure|indigo|purple|pink|red|orange|yellow|lime|green|teal|cyan|black|white|gray|"
    r"facebook|twitter|linkedin|google|youtube|vimeo|dribbble|github|instagram|pinterest|vk|rss|"
    r"flickr|bitbucket|tabler|x)\b"
)
# Only the breakpoints md and lg are used.
MEDIA_UNUSED = re.compile(r"min-width:(?:576|1200|1400)px|max-width:(?:1199|1399)\.98px")


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """Each top-level rule as (prelude, body); strings and escapes may hold braces."""
    token = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[{};]')
    start = opened = depth = 0
    for match in token.finditer(css):
        sign = match.group()
        if sign == "{":
            depth += 1
            if depth == 1:
                opened = match.start()
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened], css[opened + 1 : match.start()]
                start = match.end()
        elif sign == ";" and depth == 0:
            start = match.end()


def wanted(selector: str) -> bool:
    """Whether a selector names only kept classes (one that names none styles an element)."""
    names = re.findall(r"\.(-?[a-zA-Z_][\w-]*)", selector)
    if "[data-vc" in selector or PALETTE.search(selector):
        return False
    return all(name.split("-")[0] in FAMILIES for name in names)


def split_selectors(prelude: str) -> list[str]:
    """The selectors of a list, split at commas outside brackets."""
    return re.split(r",(?![^(]*\))(?![^\[]*\])", prelude)


def trimmed(css: str) -> str:
    """The kept rules, in their order."""
    kept: list[str] = []
    for prelude, body in blocks(css):
        if prelude.startswith(("@media", "@supports")):
            inner = "" if MEDIA_UNUSED.search(prelude) else trimmed(body)
            if inner:
                kept.append(f"{prelude}{{{inner}}}")
        elif prelude.startswith("@keyframes"):
            if "spinner" in prelude or "progress" in prelude:
                kept.append(f"{prelude}{{{body}}}")
        else:
            selectors = [one for one in split_selectors(prelude) if wanted(one)]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{body}}}")
    return "".join(kept)


def main() -> None:
    source = Path(sys.argv[1]).read_text("utf-8")
    comment = re.search(r"/\*!.*?\*/", source, re.DOTALL)
    licence = comment.group() if comment else ""
    rest = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    sys.stdout.write(f"{licence}\n{trimmed(rest)}\n")


if __name__ == "__main__":
    main()
