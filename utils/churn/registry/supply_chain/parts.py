"""The parts list of an environment or of a model (a software bill of materials), as CycloneDX."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

#: Of a model's folder: the packages that are installed to serve it.
REQUIREMENTS = "requirements.txt"


def parts_list(name: str, version: str, packages: Mapping[str, str] | None = None) -> str:
    """CycloneDX 1.6 as JSON: the packages of the model ``name``.

    Its serial number and time differ from call to call; the components do not.

    Args:
        name: of the model.
        version: of the model.
        packages: versions by name, as :func:`pinned` finds them; by default what is installed
            beside this code.
    """
    found = installed() if packages is None else packages
    bom = Bom(components=[_component(*part) for part in sorted(found.items())])
    bom.metadata.component = Component(
        type=ComponentType.MACHINE_LEARNING_MODEL, name=name, version=version, bom_ref="model"
    )
    # The model depends on each of them; which of them needs which other is the lock's matter.
    bom.register_dependency(bom.metadata.component, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=2)


def installed() -> dict[str, str]:
    """The version of every installed package, by its name in the form of the package index."""
    found: dict[str, str] = {}
    for package in distributions():
        # The first on the path is the one that is imported.
        found.setdefault(_name(package), package.version)
    return found


def pinned(folder: Path) -> dict[str, str]:
    """The version of every package that a model's folder asks for.

    Raises:
        ValueError: if there is no list, or one of its lines is anything but ``name==version``: what
            would be installed could not be said then.
    """
    path = folder / REQUIREMENTS
    if not path.is_file():
        raise ValueError(f"{folder.name} has no {REQUIREMENTS}")
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, path.read_text("utf-8").splitlines())):
        try:
            wanted = Requirement(line)
        except InvalidRequirement as error:
            raise ValueError(f"{REQUIREMENTS} has a line that is no package: {line}") from error
        exact = [s.version for s in wanted.specifier if s.operator == "==" and "*" not in s.version]
        if len(wanted.specifier) != 1 or not exact or wanted.url:
            raise ValueError(f"{wanted.name} is not pinned to one version")
        found[canonicalize_name(wanted.name)] = exact[0]
    return found


def _name(package: Distribution) -> str:
    return canonicalize_name(package.metadata["Name"])


def _component(name: str, version: str) -> Component:
    return Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=version,
        bom_ref=f"{name}=={version}",
        purl=PackageURL("pypi", None, name, version),
    )
