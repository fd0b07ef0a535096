"""All metric names and buckets of the API, in one place."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sandbox.api.bodies import Bodies
from sandbox.jobs import JobResult
from sandbox.queue.base import EVENTS, Fleet, JobQueue, Ticket

_PHASE_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What ``GET /metrics`` tells: counts of this process, and how its queue and workers are.

    Several APIs of one queue tell the same of it, so that sums over them are for the counts alone.
    """

    def __init__(self, queue: JobQueue, fleet: Fleet, bodies: Bodies) -> None:
        """Counts from now on; the gauges look at ``queue``, ``fleet`` and ``bodies``."""
        self._registry = CollectorRegistry()
        self._runs = Counter(
            "sandbox_runs", "Finished runs.", ("language", "verdict"), registry=self._registry
        )
        self._refused = Counter(
            "sandbox_refused", "Requests that were refused.", ("code",), registry=self._registry
        )
        self._phase = Histogram(
            "sandbox_phase_seconds",
            "Seconds that a run spent in a phase.",
            ("phase",),
            buckets=_PHASE_BUCKETS_S,
            registry=self._registry,
        )
        self._leases = Counter(
            "sandbox_slot_leases",
            "Slots given out: hit (it held the image), boot (it was empty), swap (it held another one).",
            ("image", "how"),
            registry=self._registry,
        )
        self._boot = Histogram(
            "sandbox_boot_seconds",
            "Seconds until a container was ready in a slot.",
            ("image",),
            buckets=_PHASE_BUCKETS_S,
            registry=self._registry,
        )
        self._mishaps = Counter(
            "sandbox_slot_mishaps",
            "Slots that were leaked (did not come clean after a run), rebuilt (were broken), lost.",
            ("what",),
            registry=self._registry,
        )
        for what in ("leaked", "rebuilt", "lost"):
            self._mishaps.labels(what)  # a count that is 0 is there, too
        self._registry.register(_Now(queue, fleet, bodies))

    def finished(self, ticket: Ticket, result: JobResult | None) -> None:
        """Counts a finished run; None is a cancelled one."""
        verdict = "cancelled" if result is None else str(result.verdict)
        self._runs.labels(ticket.language, verdict).inc()
        if result is None:
            return
        self._phase.labels("queue").observe(ticket.queue_s)
        self._phase.labels("prepare").observe(result.prepare_s)
        self._phase.labels("compile").observe(result.compile_s)
        self._phase.labels("run").observe(result.run_s)
        for lease in result.leases:
            self._leases.labels(lease.image, lease.how).inc()
            if lease.how != "hit":
                self._boot.labels(lease.image).observe(lease.boot_s)
        for what, count in result.mishaps.items():
            self._mishaps.labels(what).inc(count)

    def refused(self, code: str) -> None:
        """Counts a request, or a line of a batch, whose caller was told to come back."""
        self._refused.labels(code).inc()

    def text(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self._registry)


class _Now(Collector):
    """What is looked at when somebody asks."""

    def __init__(self, queue: JobQueue, fleet: Fleet, bodies: Bodies) -> None:
        self._queue = queue
        self._fleet = fleet
        self._bodies = bodies

    def collect(self) -> Iterator[Metric]:
        """See `Collector`."""
        queue, fleet = self._queue, self._fleet
        slots = sum(worker.hello.slots for worker in fleet.workers)
        busy = min(queue.running, slots)
        gauges = {
            "queue_waiting": ("Runs that wait.", queue.waiting),
            "queue_running": ("Runs under way.", queue.running),
            "queue_oldest_seconds": ("Age of the run that has waited longest.", queue.oldest_s),
            "queue_work_seconds": ("Work that waits, in seconds of slots.", queue.waiting_work_s),
            "queue_reachable": ("1, or 0 if the queue cannot be used.", queue.trouble is None),
            "bodies_bytes": ("Bodies that are read, parsed or wait.", self._bodies.held_bytes),
            "workers": ("Workers that work.", len(fleet.workers)),
            "workers_unfit": ("Workers that have given up.", len(fleet.faults)),
        }
        for name, (text, value) in gauges.items():
            yield GaugeMetricFamily(f"sandbox_{name}", text, value)
        states = GaugeMetricFamily("sandbox_slots", "Slots by what they do.", labels=["state"])
        states.add_metric(["busy"], busy)
        states.add_metric(["idle"], slots - busy)
        yield states
        for event, text in EVENTS.items():
            yield CounterMetricFamily(f"sandbox_queue_{event}", text, queue.events.get(event, 0))
