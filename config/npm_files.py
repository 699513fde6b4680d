"""Finds the npm files of `served_files`, and gives all static files hashed names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from config.served_files import FILES


class _NodeModules(FileSystemStorage):
    """Reads the files of the table in node_modules."""

    def path(self, name: str) -> str:
        return str(Path(settings.NODE_MODULES) / FILES[name])


class NpmFinder(BaseFinder):
    """Finds exactly the files of the table."""

    storage = _NodeModules()

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        place = self.storage.path(path) if path in FILES else None
        if place is None or not Path(place).exists():
            return []
        return [place] if find_all else place

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in FILES:
            if not matches_patterns(name, list(ignore_patterns or [])):
                yield name, self.storage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed, compressed names; comments that point to source maps stay as they are, the maps are not served."""

    patterns = tuple(
        (files, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for files, rules in HashedFilesMixin.patterns
    )
