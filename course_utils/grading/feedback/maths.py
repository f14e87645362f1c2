"""Formulas as MathML, which browsers show without a script."""

from html import escape
from xml.etree import ElementTree

from latex2mathml.converter import convert

LONGEST = 2000  # characters of one formula
SPACE = "{http://www.w3.org/1998/Math/MathML}"
TAGS = set(
    "math mrow mi mn mo mtext mspace msub msup msubsup munder mover munderover mfrac "
    "msqrt mroot mtable mtr mtd mstyle mpadded mphantom menclose".split()
)
ATTRIBUTES = set(
    "display mathvariant stretchy fence form width accent minsize maxsize "
    "displaystyle scriptlevel columnalign linethickness separator movablelimits "
    "lspace rspace".split()
)


def rebuilt(node: ElementTree.Element, depth: int = 0) -> str:
    """The formula out of known elements and attributes alone."""
    tag = node.tag.removeprefix(SPACE)
    if tag not in TAGS or depth > 60:
        raise ValueError(tag)
    named = "".join(
        f' {name}="{escape(value)}"'
        for name, value in node.attrib.items()
        if name in ATTRIBUTES
    )
    inner = "".join(
        rebuilt(child, depth + 1) + escape(child.tail or "") for child in node
    )
    return f"<{tag}{named}>{escape(node.text or '')}{inner}</{tag}>"


def formula(tex: str, block: bool = False) -> str:
    """MathML of a formula; what cannot be read as one stays TeX.

    >>> formula("x")
    '<math display="inline"><mrow><mi>x</mi></mrow></math>'
    """
    try:
        if len(tex) > LONGEST or "<!" in tex:
            raise ValueError("too long")
        shown = convert(tex, display="block" if block else "inline")
        return rebuilt(ElementTree.fromstring(shown))
    except Exception:  # the converter raises errors of many kinds
        return f"<code>{escape(tex[:LONGEST])}</code>"
