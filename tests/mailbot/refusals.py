"""Which of these deeds do the walls around a child refuse? Found by children as their stand-ins are."""

from collections.abc import Callable, Mapping


def refused(deeds: Mapping[str, Callable[[], object]]) -> list[str]:
    """Tries each; the names of those that were not permitted."""
    names = []
    for name, act in deeds.items():
        try:
            act()
        except PermissionError:
            names.append(name)
    return names
