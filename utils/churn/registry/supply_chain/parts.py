"""The parts list of an environment (a software bill of materials), as CycloneDX."""

from __future__ import annotations

from importlib.metadata import Distribution, distributions

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.utils import canonicalize_name


def parts_list(name: str, version: str) -> str:
    """CycloneDX 1.6 as JSON: what is installed beside this code, for the model ``name``.

    Its serial number and time differ from call to call; the components do not.
    """
    bom = Bom(components=[_component(*part) for part in sorted(installed().items())])
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
