"""`impasto studio`."""

from impasto.cli import parameters as p
from impasto.errors import SettingsError
from impasto.studio import LOOPBACK, PORT


def studio(
    host: p.Host = LOOPBACK, port: p.Port = PORT, folder: p.StudioFolder = None, open_page: p.OpenPage = True
) -> int:
    """Open the studio: a page in your browser to paint in. It is served to this machine alone."""
    try:
        import nicegui  # noqa: F401
        import platformdirs  # noqa: F401
    except ImportError:
        raise SettingsError("the studio needs its packages: pip install 'impasto[studio]'") from None
    from impasto.studio.server import serve

    serve(host, port, folder, open_page=open_page)
    return 0
