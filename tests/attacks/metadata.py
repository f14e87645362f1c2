"""What a notebook says of its own cells."""

import copy

import nbformat

from tests.attacks.attack import changed


def edit(function):
    """A change of the notebook, by {name: cell} and the notebook."""

    def change(place, scene):
        path = place / "p.ipynb"
        book = nbformat.read(path, 4)
        function({cell.id: cell for cell in book.cells}, book)
        path.write_text(nbformat.writes(book))

    return change


def points(cells, book):
    for cell in cells.values():
        if "points" in cell.metadata.nbgrader:
            cell.metadata.nbgrader.points = 100


def delete(cells, book):
    book.cells = [c for c in book.cells if not c.id.startswith("test")]


def duplicate(cells, book):
    extra = copy.deepcopy(cells["test-visible"])
    extra.id, extra.source = "again", "pass"
    book.cells.append(extra)


def swap(cells, book):
    one, two = cells["test-visible"].metadata, cells["mean"].metadata
    one.nbgrader, two.nbgrader = two.nbgrader, one.nbgrader


def flags(cells, book):
    for cell in cells.values():
        if cell.id.startswith("test"):
            cell.metadata.nbgrader.update(solution=True, locked=False)
            cell.source = "2"


def unlock(cells, book):
    for name in ("load", "test-visible", "test-hidden", "test-share"):
        cells[name].metadata.nbgrader.update(locked=False)
        cells[name].source = "2"


def markdown(cells, book):
    for name in ("test-visible", "test-hidden"):
        cells[name].cell_type = "markdown"
        cells[name].pop("outputs"), cells[name].pop("execution_count")


def raises(cells, book):
    for cell in cells.values():
        if cell.id.startswith("test"):
            cell.metadata.tags = ["raises-exception", "skip-execution"]


def rename(cells, book):
    cells["test-visible"].metadata.nbgrader.grade_id = "mean"
    cells["mean"].metadata.nbgrader.grade_id = "test-visible"


def kernel(cells, book):
    book.metadata.kernelspec = {"name": "nowhere", "display_name": "x"}


def schema(cells, book):
    cells["mean"].metadata.nbgrader.schema_version = 99


def number(cells, book):
    cells["test-visible"].metadata.nbgrader.points = float("nan")
    cells["test-hidden"].metadata.nbgrader.points = "many"


def reorder(cells, book):
    book.cells.sort(key=lambda cell: not cell.id.startswith("test"))


def timeout(cells, book):
    book.metadata.nbgrader = {"timeout": 10_000}
    book.metadata.execute = {"timeout": 10_000, "allow_errors": True}


def manual(cells, book):
    cells["why"].metadata.nbgrader.update(grade=True, locked=True, points=4)
    cells["why"].cell_type, cells["why"].source = "code", "4"
    cells["why"].outputs, cells["why"].execution_count = [], None


CHANGES = (
    points,
    delete,
    duplicate,
    swap,
    flags,
    unlock,
    markdown,
    raises,
    rename,
    kernel,
    schema,
    number,
    reorder,
    timeout,
    manual,
)
STOPS = {"duplicate", "schema", "number", "kernel", "swap", "rename", "manual"}
ATTACKS = [
    changed(
        f"metadata-{f.__name__}",
        edit(f),
        alone="stock" if f.__name__ in STOPS else "",
    )
    for f in CHANGES
]
