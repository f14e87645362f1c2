"""Getting hold of what hidden tests ask."""

from tests.attacks.attack import Attack

ATTACKS = [
    Attack(
        "hidden-print",
        {"mean": "def mean(values):\n    print('@NAME@=', *values, sep='')\n"},
        says="@NAME@=@INPUT@",
    ),
    Attack(
        "hidden-exception",
        {"mean": "def mean(values):\n    raise ValueError(f'@NAME@={values[0]}')\n"},
        says="@NAME@=@INPUT@",
    ),
    Attack(
        "hidden-return",
        {
            "mean": """class Told(float):
    def __repr__(self): return self.text
    __str__ = __repr__
    def __sub__(self, other):
        raise ValueError(self.text)
def mean(values):
    found = Told(0)
    found.text = f"@NAME@={values[0]}"
    return found
"""
        },
        says="@NAME@=@INPUT@",
    ),
    Attack(
        "hidden-frames",
        {
            "mean": """import sys
def mean(values):
    frame = sys._getframe(1)
    source = frame.f_code.co_consts
    print(f"@NAME@={[c for c in source if isinstance(c, float) and c > 100][:1]}")
"""
        },
        says="@NAME@=[@INPUT@]",
    ),
    Attack(
        "hidden-in",
        {
            "mean": """def mean(values):
    cell = get_ipython().user_ns["In"][-1]
    place = cell.find("@INPUT@"[:4])
    print("@NAME@=" + cell[place:place + 7] if place >= 0 else "")
""",
        },
        says="@NAME@=@INPUT@",
    ),
    Attack(
        "hidden-linecache",
        {
            "mean": """import linecache
def mean(values):
    for rows in list(linecache.cache.values()):
        for row in rows[2]:
            if "@INPUT@"[:4] in row:
                print("@NAME@=" + row[row.find("@INPUT@"[:4]):][:7])
"""
        },
        says="@NAME@=@INPUT@",
    ),
    Attack(
        "hidden-answer-by-frame",
        {
            "mean": """import sys
def mean(values):
    frame, want = sys._getframe(1), None
    for row in frame.f_globals["In"][-1].splitlines():
        if "mean(" in row and "==" in row:
            want = float(row.rpartition("==")[2])
        elif "mean(" in row and " - " in row:
            want = float(row.rpartition(" - ")[2].partition(")")[0])
        found = row.partition("mean(")[2]
        if found.startswith(str(list(values))):
            return want
    return want
"""
        },
    ),
    Attack(
        "hidden-autograded-file",
        {
            "mean": """from pathlib import Path
for path in Path(".").glob("*.ipynb"):
    text = path.read_text()
    place = text.find("@INPUT@"[:4])
    if "HIDDEN" in text and place >= 0:
        print("@NAME@=" + text[place:place + 7])
""",
        },
        says="@NAME@=@INPUT@",
    ),
    Attack("hidden-feedback", {}, says="@SOURCE@"),
]
