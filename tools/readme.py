#!/usr/bin/env python3
"""Make each addon's README.rst from its manifest and its readme folder.

``readme.py ADDON ...`` writes them, with ``--check`` it says which are not up to date.
Run through ``tools/lint.py``, in the project's environment.
"""

import sys

import pypandoc

from toolbox import ADDONS, ROOT, manifests

# (fragment, heading), in this order
SECTIONS = (
    ("DESCRIPTION", None),
    ("CONTEXT", "Use Cases / Context"),
    ("INSTALL", "Installation"),
    ("CONFIGURE", "Configuration"),
    ("USAGE", "Usage"),
    ("ROADMAP", "Known issues / Roadmap"),
    ("DEVELOP", "Development"),
    ("HISTORY", "Changelog"),
)
CREDITS = (("CONTRIBUTORS", "Contributors"), ("CREDITS", "Other credits"))


def heading(text, line):
    return f"{text}\n{line * len(text)}\n\n"


def convert(path, level):
    """A fragment as reStructuredText, its headings below those of the sections."""
    extra = ["--wrap=preserve", f"--shift-heading-level-by={level}"]
    return (
        pypandoc.convert_file(str(path), "rst", format="gfm", extra_args=extra) + "\n"
    )


def render(name, manifest):
    """The text of an addon's README.rst."""
    folder = ADDONS / name / "readme"
    text = ".. Made by tools/readme.py from the readme folder: change that.\n\n"
    title = manifest["name"]
    text += f"{'=' * len(title)}\n{title}\n{'=' * len(title)}\n\n"
    text += f":Technical name: ``{name}``\n"
    text += f":License: {manifest['license']}\n"
    if manifest.get("development_status"):
        text += f":Development status: {manifest['development_status']}\n"
    text += "\n"
    for fragment, section in SECTIONS:
        path = folder / f"{fragment}.md"
        if path.exists():
            text += heading(section, "=") if section else ""
            text += convert(path, 1)
    text += heading("Credits", "=") + heading("Authors", "-")
    for author in manifest["author"].split(","):
        text += f"* {author.strip()}\n"
    text += "\n"
    for fragment, section in CREDITS:
        path = folder / f"{fragment}.md"
        if path.exists():
            text += heading(section, "-") + convert(path, 2)
    return text.rstrip() + "\n"


def main():
    check, stale = "--check" in sys.argv, 0
    for name, manifest in manifests().items():
        if name not in sys.argv:
            continue
        path = ADDONS / name / "README.rst"
        text = render(name, manifest)
        if path.exists() and path.read_text() == text:
            continue
        if check:
            print(f"{path.relative_to(ROOT)} is not up to date: run make fix")
            stale += 1
        else:
            path.write_text(text)
    sys.exit(bool(stale))


if __name__ == "__main__":
    main()
