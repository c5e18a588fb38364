"""Letters leave."""

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.service import service_flow
from models import clock
from models.settings import Settings
from tasks.installation import own_engine
from tasks.letters.deliver import deliver
from tasks.prefect.secrets import prefect_secret

deliver_task = task(name="Отправить письма", cache_policy=NO_CACHE)(deliver)


@service_flow("Отправка писем")
async def deliver_letters() -> State:
    """Send what is due; what failed is tried again later, a letter given up for good makes the run fail."""
    report = deliver_task(own_engine(), settings=Settings(), at_source=clock.now, secret=prefect_secret)
    told = f"Отправлено: {report.sent}, отложено: {report.failed}, отменено: {report.dropped}."
    reasons = f" Причины: {'; '.join(report.errors)}." if report.errors else ""
    if report.dead:
        return Failed(name="Письма не дошли", message=f"Не дошло писем: {report.dead}. {told}{reasons}")
    return Completed(name="Отправлено", message=told + reasons)
