"""Finds places where a small change makes a C++ source wrong, by walking libclang's syntax tree.

A mutant is an expression or statement and what it becomes while its number is switched on. It is
written into the source beside the original (a schema), so that types stay right and one build
holds them all.
"""

import dataclasses
import pathlib
import sys

try:
    import clang.cindex as cindex
except ModuleNotFoundError:  # another Python than Debian's comes first in PATH
    sys.path.append("/usr/lib/python3/dist-packages")
    import clang.cindex as cindex

Kind = cindex.CursorKind

RELATIONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
CONNECTIVES = {"&&": "||", "||": "&&"}
SUMS = {"+": "-", "-": "+"}
RANGES = {"subspan", "first", "last", "substr", "resize", "memcpy", "memmove", "memcmp"}
STATEMENTS = {Kind.CALL_EXPR, Kind.BINARY_OPERATOR, Kind.COMPOUND_ASSIGNMENT_OPERATOR,
              Kind.UNARY_OPERATOR, Kind.CXX_THROW_EXPR, Kind.UNEXPOSED_EXPR, Kind.CXX_DELETE_EXPR}
JUMPS = {Kind.RETURN_STMT, Kind.CONTINUE_STMT, Kind.BREAK_STMT}
HOLDS_STATEMENTS = {Kind.COMPOUND_STMT, Kind.IF_STMT, Kind.FOR_STMT, Kind.WHILE_STMT,
                    Kind.CXX_FOR_RANGE_STMT, Kind.CASE_STMT, Kind.DEFAULT_STMT}
# Text in which a change is no fault of the store: messages, memory orders (x86 hides them), hints.
UNINTERESTING = ("memory_order", "fmt::", "std::string(", "to_string", "prefetch", ".reserve(",
                 "Error(", "yield_point", "static_assert", "_key_text(")


@dataclasses.dataclass(frozen=True)
class Mutant:
    path: str  # in the tree
    start: int
    end: int
    kind: str
    old: str  # as a reader sees it
    new: str
    template: str  # {n}: its number; {inner}: the original, with other mutants inside
    line: int
    source_line: str

    @property
    def name(self):
        return f"{self.kind}: {self.old}  ->  {self.new}"

    def key(self):
        """What it is called in equivalent.txt: without its line number, which moves."""
        return f"{self.path} | {self.source_line} | {self.name}"


def one_line(text):
    return " ".join(text.split())


class Finder:
    """The mutants of one file, seen through one translation unit that contains it."""

    def __init__(self, root, path, unit):
        self.path = path
        self.file = str(root / path)
        self.text = (root / path).read_bytes().decode("latin-1")
        self.lines = self.text.split("\n")
        self.found = {}
        self.macros = []
        for cursor in unit.cursor.get_children():
            if cursor.kind == Kind.MACRO_INSTANTIATION and self.is_here(cursor):
                self.macros.append((cursor.extent.start.offset, cursor.extent.end.offset))
        self.walk(unit.cursor, [])

    def is_here(self, cursor):
        start = cursor.extent.start
        return start.file is not None and start.file.name == self.file

    def range_of(self, cursor):
        return cursor.extent.start.offset, cursor.extent.end.offset

    def slice(self, cursor):
        start, end = self.range_of(cursor)
        return self.text[start:end]

    def usable(self, start, end):
        text = self.text[start:end]
        return (start < end and not any(word in text for word in UNINTERESTING)
                and not any(a < end and start < b for a, b in self.macros))

    def add(self, kind, start, end, new, template):
        if not self.usable(start, end):
            return
        line = self.text.count("\n", 0, start) + 1
        old = one_line(self.text[start:end])
        key = (start, end, kind, new)
        self.found.setdefault(key, Mutant(self.path, start, end, kind, old, one_line(new),
                                          template, line, self.lines[line - 1].strip()))

    def choose(self, kind, cursor_range, new):
        """One of two expressions of the same type."""
        escaped = new.replace("{", "{{").replace("}", "}}")
        self.add(kind, *cursor_range, new, "(MUTANT({n}) ? (" + escaped + ") : ({inner}))")

    def walk(self, cursor, parents):
        for child in cursor.get_children():
            location = child.extent.start.file
            if cursor.kind == Kind.TRANSLATION_UNIT and (
                    location is None or location.name != self.file):
                continue
            if child.kind == Kind.STATIC_ASSERT or (
                    child.kind in (Kind.VAR_DECL, Kind.FIELD_DECL)
                    and "constexpr" in self.slice(child)[:60]):
                continue
            if self.is_here(child):
                self.look(child, parents + [cursor])
            self.walk(child, parents + [cursor])

    def look(self, cursor, parents):
        if cursor.kind in (Kind.IF_STMT, Kind.WHILE_STMT):
            self.condition(cursor)
        if cursor.kind in (Kind.BINARY_OPERATOR, Kind.CALL_EXPR):
            self.operator(cursor)
        if cursor.kind == Kind.INTEGER_LITERAL:
            self.constant(cursor)
        if cursor.kind == Kind.CALL_EXPR:
            self.call(cursor)
        if cursor.kind == Kind.RETURN_STMT:
            self.returned(cursor, parents)
        if cursor.kind in STATEMENTS | JUMPS and parents[-1].kind in HOLDS_STATEMENTS:
            self.statement(cursor, parents)

    def condition(self, cursor):
        start = cursor.extent.start.offset
        text = self.text
        if text[start:start + 12].split("(")[0].strip() not in ("if", "while"):
            return  # if constexpr
        opening = text.index("(", start)
        children = list(cursor.get_children())
        inside = [c for c in children[:-1] if self.range_of(c)[0] > opening]
        if not inside or inside[0].kind in (Kind.DECL_STMT, Kind.VAR_DECL):
            return
        start, end = self.range_of(inside[0])
        if text[opening + 1:start].strip() or text[end:end + 1] != ")":
            return
        self.add("negate", start, end, f"!({text[start:end]})",
                 "(static_cast<bool>({inner}) != MUTANT({n}))")

    def operator(self, cursor):
        children = list(cursor.get_children())
        if cursor.kind == Kind.CALL_EXPR:
            signs = [c for c in children if c.spelling.startswith("operator")
                     and self.slice(c) in (*RELATIONS, "+", "-")]
            if not signs or len(children) != 3:
                return
            sign_start, sign_end = self.range_of(signs[0])
        else:
            if len(children) != 2:
                return
            sign_start, sign_end = self.range_of(children[0])[1], self.range_of(children[1])[0]
        start, end = self.range_of(cursor)
        if not start < sign_start < sign_end < end:
            return
        sign = self.text[sign_start:sign_end].strip()
        left, right = self.text[start:sign_start].strip(), self.text[sign_end:end].strip()
        for kind, table in (("relation", RELATIONS), ("connective", CONNECTIVES),
                            ("sum", SUMS)):
            if sign in table:
                self.choose(kind, (start, end), f"{left} {table[sign]} {right}")

    def constant(self, cursor):
        text = self.slice(cursor)
        if text.isdigit():
            value = int(text)
            for other in ({value + 1} if value == 0 else {value + 1, value - 1}):
                self.choose("constant", self.range_of(cursor), str(other))

    def call(self, cursor):
        name = cursor.spelling
        start, end = self.range_of(cursor)
        if name in ("lower_bound", "upper_bound"):
            other = "upper_bound" if name == "lower_bound" else "lower_bound"
            self.choose("bound", (start, end), self.text[start:end].replace(name, other, 1))
        if name in RANGES:
            for argument in cursor.get_arguments():
                if argument is not None and self.is_here(argument) and (
                        argument.type.get_canonical().kind in (
                            cindex.TypeKind.ULONG, cindex.TypeKind.UINT, cindex.TypeKind.INT)):
                    start, end = self.range_of(argument)
                    self.add("range", start, end, f"{self.text[start:end]} + 1",
                             "(({inner}) + (MUTANT({n}) ? 1 : 0))")

    def returned(self, cursor, parents):
        children = list(cursor.get_children())
        function = next((p for p in reversed(parents) if p.kind in (
            Kind.FUNCTION_DECL, Kind.CXX_METHOD, Kind.LAMBDA_EXPR, Kind.FUNCTION_TEMPLATE,
            Kind.CONVERSION_FUNCTION)), None)
        if not children or function is None or function.kind == Kind.LAMBDA_EXPR:
            return
        if function.result_type.get_canonical().kind == cindex.TypeKind.BOOL:
            start, end = self.range_of(children[0])
            self.add("flip", start, end, f"!({self.text[start:end]})",
                     "(static_cast<bool>({inner}) != MUTANT({n}))")

    def statement(self, cursor, parents):
        start, end = self.range_of(cursor)
        stop = end + len(self.text[end:]) - len(self.text[end:].lstrip())
        if self.text[stop:stop + 1] != ";" or self.is_head(cursor, parents[-1]):
            return
        leaves = cursor.kind == Kind.CXX_THROW_EXPR or cursor.kind in JUMPS
        if leaves and not self.goes_on(cursor, parents):
            return
        self.add("delete", start, stop + 1, ";", "{{ if (!MUTANT({n})) {{ {inner} }} }}")

    def is_head(self, cursor, parent):
        """Part of a loop's or condition's parentheses, where no statement may stand."""
        if parent.kind == Kind.COMPOUND_STMT:
            return False
        children = list(parent.get_children())
        if parent.kind == Kind.IF_STMT:
            return self.range_of(cursor)[0] < self.text.index(
                ")", self.range_of(children[0])[0])
        return self.range_of(cursor) != self.range_of(children[-1])

    def goes_on(self, cursor, parents):
        """Whether what follows a jump that is left out can be run: an early one, in an if."""
        child = cursor
        for parent in reversed(parents):
            if parent.kind == Kind.COMPOUND_STMT:
                last = list(parent.get_children())[-1]
                if self.range_of(last) != self.range_of(child):
                    return child.kind == Kind.IF_STMT
            elif parent.kind in (Kind.FOR_STMT, Kind.WHILE_STMT, Kind.CXX_FOR_RANGE_STMT):
                return cursor.kind != Kind.RETURN_STMT and child.kind != cursor.kind
            elif parent.kind != Kind.IF_STMT:
                return False
            child = parent
        return False


def find(root, path, words):
    """All mutants of a source, in the order of their places. `words`: its compile command."""
    arguments = [w for w in words[1:] if w not in ("-c", str(root / path))]
    at = arguments.index("-o")
    del arguments[at:at + 2]
    unit = cindex.Index.create().parse(
        str(root / path), args=arguments,
        options=cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
    errors = [d for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
    if errors:
        raise SystemExit(f"{path}: {errors[0]}")
    found = Finder(root, path, unit).found
    return [found[key] for key in sorted(found)]
