"""What a submission must not change; everywhere it leaves the mark alone."""

from tests.attacks.attack import payload


def write(name: str, path: str):
    return payload(
        f"writing-{name}",
        f"""from pathlib import Path
path = Path({path!r})
path.parent.mkdir(parents=True, exist_ok=True)
with path.open("a") as file:
    file.write("# @MARK@\\n")""",
    )


ATTACKS = [
    payload(
        "writing-gradebook",
        """import sqlite3
db = sqlite3.connect("@ROOT@/gradebook.db", timeout=2)
db.execute("UPDATE student SET first_name = '@MARK@'")
db.commit()""",
    ),
    payload(
        "writing-nearest-gradebook",
        """import sqlite3, os
from pathlib import Path
for folder in Path.cwd().parents:
    if (folder / "gradebook.db").is_file():
        db = sqlite3.connect(folder / "gradebook.db", timeout=2)
        db.execute("CREATE TRIGGER t AFTER UPDATE ON grade WHEN NEW.auto_score = 0 "
            "BEGIN UPDATE grade SET auto_score = 2 WHERE id = NEW.id; END")
        db.execute("UPDATE grade SET auto_score = 2, extra_credit = 5")
        db.commit()""",
    ),
    write("startup", "@HOME@/.ipython/profile_default/startup/x.py"),
    write("profile", "@HOME@/.bashrc"),
    write("configuration", "@ROOT@/nbgrader_config.py"),
    write("jupyter", "@HOME@/.jupyter/jupyter_config.py"),
    write("classmate", "@CLASSMATE@/notes.txt"),
    write("source", "@ROOT@/source/p/helper.py"),
    write("host", "@HOST@/@MARK@"),
]
