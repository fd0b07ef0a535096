"""All metric names and buckets of the API, in one place."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from sandbox.jobs import JobResult
from sandbox.queue.base import JobQueue, Ticket

_PHASE_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What ``GET /metrics`` tells."""

    def __init__(self, queue: JobQueue) -> None:
        """Counts from now on; the gauges look at ``queue``."""
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
        waiting = Gauge("sandbox_queue_waiting", "Runs that wait.", registry=self._registry)
        waiting.set_function(lambda: queue.waiting)
        running = Gauge("sandbox_queue_running", "Runs under way.", registry=self._registry)
        running.set_function(lambda: queue.running)

    def finished(self, ticket: Ticket, result: JobResult | None) -> None:
        """Counts a finished run; None is a cancelled one."""
        verdict = "cancelled" if result is None else str(result.verdict)
        self._runs.labels(ticket.language, verdict).inc()
        if result is not None:
            self._phase.labels("queue").observe(ticket.queue_s)
            self._phase.labels("prepare").observe(result.prepare_s)
            self._phase.labels("compile").observe(result.compile_s)
            self._phase.labels("run").observe(result.run_s)
            for lease in result.leases:
                self._leases.labels(lease.image, lease.how).inc()
                if lease.how != "hit":
                    self._boot.labels(lease.image).observe(lease.boot_s)

    def refused(self, code: str) -> None:
        """Counts a request that was refused for lack of room."""
        self._refused.labels(code).inc()

    def text(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self._registry)
