#!/usr/bin/env python3
"""Downloads the Debian packages that cells are made of and unpacks them: fetch.py DIR [CELL...]

DIR/SUITE/PACKAGE is a package as it would lie below /, and DIR/SUITE/PACKAGE.version says which one. Nothing is installed,
and apt's state on this machine stays as it is: apt gets lists and a cache of its own. It finds the mirror where this
machine is configured to find Debian, and checks every file against the archive's signature. What is there already is not
fetched again.
"""

import fnmatch
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import table  # noqa: E402

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"  # knows the keys of all suites
MOVING_SUITE = "sid"
ABSEIL = ("libabsl-dev", "libre2-dev")


class FetchError(Exception):
    """What could not be had, and why, for a person."""


def packages_of(versions, cell):
    """[(Debian suite, package, version that it must have or None)]"""
    gtest_suite, boost_suite = versions.values["gtest"][cell.gtest], versions.values["boost"][cell.boost]
    packages = [(gtest_suite, "googletest", cell.gtest), (boost_suite, "libboost%s-dev" % cell.boost, cell.boost)]
    if cell.base == "abseil":
        packages += [(gtest_suite, name, None) for name in ABSEIL]
    return packages


def folder(directory, suite, package):
    return os.path.join(directory, suite, package)


def fetch(versions, directory, cells):
    wanted = sorted({package for cell in cells for package in packages_of(versions, cell)})
    missing = [each for each in wanted if not os.path.exists(folder(directory, *each[:2]) + ".version")]
    if missing:
        os.makedirs(directory, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory) as work:
            for (suite, package, version), archive in Apt(work, missing).archives():
                unpack(archive, version, folder(directory, suite, package))
    for suite, package, _ in wanted:
        with open(folder(directory, suite, package) + ".version", encoding="utf-8") as file:
            print("%-9s %-17s %s" % (suite, package, file.read()))


def unpack(archive, version, target):
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    _run(["dpkg-deb", "-x", archive, target], "%s cannot be unpacked" % archive)
    with open(target + ".version", "w", encoding="utf-8") as file:
        file.write(version)


class Apt:
    """apt with a configuration of its own below `work`, for some packages of some suites of Debian."""

    def __init__(self, work, packages):
        self._work = work
        self._packages = packages
        suites = sorted({suite for suite, _, _ in packages})
        for path in "lists/partial", "cache/archives/partial", "sources", "download":
            os.makedirs(os.path.join(work, path))
        self._give_to_apt()
        signed_by = "[signed-by=%s] " % KEYRING if os.path.exists(KEYRING) else ""
        with open(os.path.join(work, "sources", "debian.list"), "w", encoding="utf-8") as file:
            for suite in suites:
                file.write("deb %s%s %s main\n" % (signed_by, _mirror(), suite))
        self._options = ["-q", "-o", "Dir::Etc::sourcelist=/dev/null", "-o", "Dir::Etc::sourceparts=%s/sources" % work,
                         "-o", "Dir::State::lists=%s/lists" % work, "-o", "Dir::Cache=%s/cache" % work,
                         "-o", "Acquire::Languages=none", "-o", "Acquire::Retries=3"]
        # An index that cannot be had is a warning to apt, as long as there is an older one.
        _run(["apt-get", *self._options, "-o", "APT::Update::Error-Mode=any", "update"],
             "the package lists of %s cannot be had; is there a network?" % ", ".join(suites))

    def archives(self):
        """[((suite, package, version), path of the downloaded file)]"""
        carried = self._carried()
        found = [(suite, package, self._choose(carried, suite, package, version))
                 for suite, package, version in self._packages]
        download = os.path.join(self._work, "download")
        # One call, because apt reads all lists each time.
        _run(["apt-get", *self._options, "download"] + ["%s/%s" % (package, suite) for suite, package, _ in found],
             "a package cannot be had", cwd=download)
        archives = []
        for suite, package, version in found:
            name, = fnmatch.filter(os.listdir(download), "%s_%s_*.deb" % (package, version.replace(":", "%3a")))
            archives.append(((suite, package, version), os.path.join(download, name)))
        return archives

    def _carried(self):
        """{(suite, package): version}"""
        shown = _run(["apt-cache", *self._options, "madison", *{package for _, package, _ in self._packages}],
                     "apt has no versions")
        carried = {}
        for line in shown.splitlines():
            package, version, source = (word.strip() for word in line.split("|"))
            carried[source.split()[1].partition("/")[0], package] = version
        return carried

    def _choose(self, carried, suite, package, wanted):
        version = carried.get((suite, package))
        if version is None:
            stem = re.split(r"[\d.]+", package)[0]
            near = _run(["apt-cache", *self._options, "pkgnames", stem], "apt has no names").split()
            raise FetchError("%s has no package %s: change versions.txt; among these suites there are: %s" %
                             (suite, package, ", ".join(sorted(filter(re.compile(stem + r"[\d.]*-dev").fullmatch, near)))))
        if wanted is not None and not fits(version, wanted, suite):
            raise FetchError("%s of %s is version %s, not %s: change versions.txt" % (package, suite, version, wanted))
        return version

    def _give_to_apt(self):
        # As root, apt downloads as the user _apt, who has to get there.
        if os.geteuid() == 0:
            os.chmod(self._work, 0o755)
            for path in "lists/partial", "cache/archives/partial", "download":
                shutil.chown(os.path.join(self._work, path), "_apt")


def _mirror():
    """Where apt on this machine has Debian from, whichever way that is written down."""
    listed = _run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)",
                   "Created-By: Packages"], "apt has no sources")
    # A security archive has some of the suites only, and other archives no Debian.
    with open("/etc/os-release", encoding="utf-8") as file:
        release = re.search(r'^VERSION_CODENAME="?(\w+)', file.read(), re.MULTILINE)
    names = {"stable", "testing", "unstable", MOVING_SUITE} | ({release.group(1)} if release else set())
    for line in listed.splitlines():
        uri, suite, component = line.split()
        if suite in names and component == "main":
            return uri
    raise FetchError("apt is not configured for Debian on this machine; it has: %s" % (listed or "nothing"))


def fits(carried, wanted, suite):
    numbers = [int(number) for number in re.findall(r"\d+", wanted)]
    there = [int(number) for number in re.findall(r"\d+", carried)][:len(numbers)]
    return there == numbers or (suite == MOVING_SUITE and there > numbers)


def _run(command, problem, **options):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", errors="replace", **options)
    except FileNotFoundError:
        raise FetchError("%s is missing: only Debian and what is made of it can do this" % command[0]) from None
    if done.returncode != 0:
        raise FetchError("%s\n%s" % (problem, done.stderr.strip() or done.stdout.strip()))
    return done.stdout


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    try:
        versions = table.read()
        cells = [versions.cell(name) for name in arguments[1:]] or versions.cells
        fetch(versions, os.path.abspath(arguments[0]), cells)
    except (FetchError, table.TableError) as error:
        sys.exit("fetch.py: error: %s" % error)


if __name__ == "__main__":
    main(sys.argv[1:])
