"""How much one person may send in a day: a link that went astray neither fills the disk nor holds the processors."""

from limits import RateLimitItemPerDay
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from models.settings import Settings
from roadmap.language import counted
from web.forms import BadField

FILES_A_DAY = 100
"""A body that reports on fifty points in one day, each twice."""
LARGEST_A_DAY = 25
"""Of the largest file: 500 MB with the usual 20."""
KB = 1024


class UploadQuota:
    """Files and KB of each official since the first one of a day; those that were refused count as well.

    ``counters`` are those that several processes share; without them they are kept in memory.
    """

    def __init__(self, settings: Settings, counters: Storage | None = None, *, files: int = FILES_A_DAY) -> None:
        self._files, self._mb = files, LARGEST_A_DAY * settings.max_file_mb
        self._window = FixedWindowRateLimiter(counters or MemoryStorage())

    @property
    def words(self) -> str:
        """For the page: «за сутки — до 100 файлов, до 500 МБ»."""
        return f"за сутки — до {counted(self._files, 'файла', 'файлов', 'файлов')}, до {self._mb} МБ"

    def take(self, official_id: int, size: int) -> None:
        """Count a file of so many bytes. Raises ``BadField`` past either limit."""
        key = f"{official_id}"
        is_left = self._window.hit(RateLimitItemPerDay(self._files), "files", key)
        if not is_left or not self._window.hit(RateLimitItemPerDay(self._mb * KB), "size", key, cost=size // KB + 1):
            raise BadField(
                f"Файл не принят: {self.words}, и столько уже прислано. "
                "Пришлите его завтра или дайте ссылку на документ.",
                "file",
            )
