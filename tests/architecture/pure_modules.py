"""A contract for import-linter: which parts of Django modules may use, directly or through what they import.

The built-in contracts see only "django" as a whole.
"""

from __future__ import annotations

import re

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules


class PureContract(Contract):
    """The modules named, and all they import, use none of the forbidden packages but for the modules allowed."""

    modules = fields.SetField(subfield=fields.ModuleExpressionField())
    forbidden = fields.SetField(subfield=fields.StringField())
    allowed = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Follow each module's imports down to the packages that are not ours."""
        found = []
        allowed = re.compile(rf"from (?:{'|'.join(map(re.escape, sorted(self.allowed)))}) import ")
        for module in sorted(module.name for module in module_expressions_to_modules(graph, self.modules)):
            for importer in sorted({module, *graph.find_upstream_modules(module)}):
                for package in sorted(self.forbidden & graph.find_modules_directly_imported_by(importer)):
                    for detail in graph.get_import_details(importer=importer, imported=package):
                        if not allowed.match(detail["line_contents"]):
                            found.append((module, importer, detail["line_number"], detail["line_contents"]))
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say which pure module reaches what, and where."""
        for module, importer, line, text in check.metadata["found"]:
            output.print_error(f"{module} reaches {importer}:{line} {text}")
