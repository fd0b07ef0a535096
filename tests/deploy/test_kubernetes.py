"""`deploy/k8s`: it is what Kubernetes takes, and it says what it should."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from runtime.hostcheck.machine import NEEDED_CAPABILITIES
from sandbox import __version__
from sandbox.client.config import KEY_VARIABLE, URL_VARIABLE
from sandbox.settings import Settings, variables
from sandbox.supervisor import STOP_GRACE_S
from tests.deploy.manifests import (
    ALL,
    K8S,
    WHOLE,
    Pod,
    environment,
    objects,
    one,
    pod,
    pods,
    selects,
)

# Those that are maintained, and the newest that the schemas are there for.
VERSIONS = ("1.34", "1.35", "1.36", "1.37")
# What they need, and what makes them better: the OOM exemption, and images that stay in memory.
WORKERS_CAPABILITIES = {
    *(name.removeprefix("CAP_") for name in NEEDED_CAPABILITIES),
    "SYS_RESOURCE",
    "IPC_LOCK",
}
# Installing packages in a directory: each of them was seen to be needed.
BUILDERS_CAPABILITIES = WORKERS_CAPABILITIES - {"IPC_LOCK"} | {"SYS_CHROOT"}
OTHERS_VARIABLES = {
    "REDIS_PASSWORD",
    "REDISCLI_AUTH",
    "MPLCONFIGDIR",
    "IMAGES",
    URL_VARIABLE,
    KEY_VARIABLE,
}
# Made by an operator, not by us.
SECRETS = {"redis", "callers", "testgen"}

every_folder = pytest.mark.parametrize("folder", ALL)
every_whole = pytest.mark.parametrize("folder", WHOLE)


@every_folder
@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_knows_every_kind_and_field(folder: str, version: str):
    for it in objects(folder):
        kubernetes_validate.validate(it, version, strict=True)


def test_the_newest_schemas_are_among_those():
    assert kubernetes_validate.latest_version().startswith(f"{VERSIONS[-1]}.")


def test_a_misspelt_field_would_be_noticed():
    it = one("base", "Service", "api")
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**it, "spce": {}}, VERSIONS[-1], strict=True)


# Privileges.


def restricted_breaches(of: Pod) -> list[str]:
    """What of a pod the `restricted` standard forbids; after its table, for Linux."""
    spec, found = of.spec, []
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(name):
            found.append(name)
    allowed = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
               "projected", "secret"}  # fmt: skip
    for volume in spec.get("volumes", ()):
        found += [f"volume {kind}" for kind in volume.keys() - {"name"} - allowed]
    for container in of.containers:
        context = {**spec.get("securityContext", {}), **container.get("securityContext", {})}
        capabilities = context.get("capabilities", {})
        rules = {
            "privileged": not context.get("privileged"),
            "escalation": context.get("allowPrivilegeEscalation") is False,
            "root": context.get("runAsNonRoot") is True and context.get("runAsUser", 1) != 0,
            "seccomp": context.get("seccompProfile", {}).get("type")
            in ("RuntimeDefault", "Localhost"),
            "apparmor": context.get("appArmorProfile", {}).get("type") != "Unconfined",
            "drop": "ALL" in capabilities.get("drop", ()),
            "add": {*capabilities.get("add", ())} <= {"NET_BIND_SERVICE"},
            "proc": context.get("procMount", "Default") == "Default",
            "ports": not any("hostPort" in port for port in container.get("ports", ())),
        }
        found += [f"{container['name']}: {name}" for name, good in rules.items() if not good]
    return found


@every_folder
def test_all_pods_but_those_that_make_containers_are_restricted(folder: str):
    for it in pods(folder):
        breaches = restricted_breaches(it)
        if it.namespace == "sandbox":
            assert breaches == []
        else:
            assert (it.namespace, it.name in ("worker", "images")) == ("sandbox-workers", True)
            assert breaches != []  # the rule notices what it should


@every_whole
def test_the_namespaces_enforce_that(folder: str):
    labels = {
        it["metadata"]["name"]: it["metadata"]["labels"] for it in objects(folder, "Namespace")
    }
    level = "pod-security.kubernetes.io/enforce"
    assert labels["sandbox"][level] == "restricted"
    assert labels["sandbox-workers"][level] == "privileged"
    assert {it.namespace for it in pods(folder)} == labels.keys()


@every_whole
@pytest.mark.parametrize(
    ("name", "capabilities"), [("worker", WORKERS_CAPABILITIES), ("images", BUILDERS_CAPABILITIES)]
)
def test_what_makes_containers_has_these_capabilities_and_nothing_else(
    folder: str, name: str, capabilities: set[str]
):
    it = pod(folder, name)
    strong = [one for one in it.containers if one["securityContext"].get("runAsUser") == 0]
    (context,) = (one["securityContext"] for one in strong)
    assert context["capabilities"]["drop"] == ["ALL"]
    assert {*context["capabilities"]["add"]} == capabilities
    assert "privileged" not in context
    assert context["readOnlyRootFilesystem"] is True
    for weak in it.containers:
        if weak not in strong:
            alone = Pod(it.kind, it.name, it.namespace, {}, {"containers": [weak]})
            assert restricted_breaches(alone) == []


@pytest.mark.parametrize("file", ["deployment.yaml", "images.yaml"])
def test_each_capability_is_explained_beside_it(file: str):
    text = (K8S / "base" / "workers" / file).read_text()
    added = re.findall(r"^ +add:\n((?: +(?:-|#) .*\n)+)", text, re.MULTILINE)
    (block,) = added
    explained = False
    for line in block.splitlines():
        explained = "#" in line or explained  # or by the line above a group
        assert explained, line


@every_folder
def test_nobody_gets_a_token_of_the_cluster_or_variables_of_its_services(folder: str):
    for it in pods(folder):
        assert it.spec["automountServiceAccountToken"] is False
        assert it.spec["enableServiceLinks"] is False  # a Service `sandbox` would set SANDBOX_PORT


@every_whole
def test_workers_have_a_machine_each_and_real_user_ids(folder: str):
    spec = pod(folder, "worker").spec
    (rule,) = spec["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert rule["topologyKey"] == "kubernetes.io/hostname"
    assert selects(rule["labelSelector"], pod(folder, "worker").labels)
    assert spec["hostUsers"] is True
    rolling = one(folder, "Deployment", "worker")["spec"]["strategy"]["rollingUpdate"]
    assert rolling["maxSurge"] == 0


# Names that must meet.


@every_folder
def test_every_variable_is_a_setting(folder: str):
    known = {f"SANDBOX_{name.upper()}" for name in variables()} | OTHERS_VARIABLES
    for it in pods(folder):
        for container in it.containers:
            assert environment(folder, it, container).keys() <= known


@every_folder
def test_what_the_variables_say_is_accepted(folder: str, monkeypatch: pytest.MonkeyPatch):
    for it in pods(folder):
        values = environment(folder, it, it.main)
        if it.name not in ("api", "worker"):
            continue
        with monkeypatch.context() as patch:
            for name, value in values.items():
                patch.setenv(name, value or "2")
            settings = Settings()
        assert settings.log_format == "json"
        assert settings.queue_url.endswith("@redis.sandbox.svc:6379/0")


@every_folder
def test_images_have_tags_so_that_a_node_may_use_what_it_has(folder: str):
    for it in pods(folder):
        for container in it.containers:
            name, _, tag = container["image"].partition(":")
            assert tag not in ("", "latest")
            assert name.startswith("redis") or tag == __version__


def test_the_readme_and_the_dockerfile_name_that_tag():
    root = K8S.parents[1]
    for text in ((root / "README.md").read_text(), (root / "deploy" / "Dockerfile").read_text()):
        assert re.findall(r"--tag (\S+)", text) == [f"code-sandbox:{__version__}"]


def test_who_makes_tests_has_a_key_where_the_service_wants_one():
    (key,) = (it for it in pod("testgen", "testgen").main["env"] if it["name"] == KEY_VARIABLE)
    assert key["valueFrom"]["secretKeyRef"]["optional"] is True  # not every service has callers


@every_whole
def test_every_selector_finds_pods(folder: str):
    for kind in (
        "Service",
        "PodDisruptionBudget",
        "NetworkPolicy",
        "Deployment",
        "DaemonSet",
        "StatefulSet",
    ):
        for it in objects(folder, kind):
            spec, namespace = it["spec"], it["metadata"]["namespace"]
            selector = spec.get("selector", spec.get("podSelector"))
            if kind == "Service":
                selector = {"matchLabels": selector}
            found = [
                one
                for one in pods(folder)
                if one.namespace == namespace and selects(selector, one.labels)
            ]
            everybody = kind == "NetworkPolicy" and selector == {}
            assert len(found) == 1 or (everybody and found), it["metadata"]["name"]
            if not everybody:
                assert found[0].name == it["metadata"]["name"]


@every_whole
def test_every_port_of_a_service_is_one_of_its_pods(folder: str):
    for it in objects(folder, "Service"):
        ports = {port["name"] for port in pod(folder, it["metadata"]["name"]).main["ports"]}
        assert {port["targetPort"] for port in it["spec"]["ports"]} <= ports


@every_folder
def test_everything_that_is_referred_to_is_there(folder: str):
    for it in pods(folder):
        maps = {
            one["metadata"]["name"]
            for one in objects(folder, "ConfigMap")
            if one["metadata"]["namespace"] == it.namespace
        }
        text = yaml.safe_dump(it.spec)
        volumes = it.spec.get("volumes", ())
        assert {one["configMap"]["name"] for one in volumes if "configMap" in one} <= maps
        assert {one["secret"]["secretName"] for one in volumes if "secret" in one} <= SECRETS
        assert {*re.findall(r"secretKeyRef:\n +key: \w+\n +name: (\w+)", text)} <= SECRETS
        mounted = {mount["name"] for one in it.containers for mount in one.get("volumeMounts", ())}
        claims = objects(folder, "StatefulSet")
        templates = {
            claim["metadata"]["name"]
            for one in claims
            if one["metadata"]["name"] == it.name
            for claim in one["spec"]["volumeClaimTemplates"]
        }
        assert mounted == {one["name"] for one in volumes} | templates
        for volume in volumes:
            if "persistentVolumeClaim" in volume:
                name = volume["persistentVolumeClaim"]["claimName"]
                assert name in {
                    claim["metadata"]["name"] for claim in objects(folder, "PersistentVolumeClaim")
                }


# Networks.


@every_whole
def test_in_both_namespaces_nothing_is_allowed_that_is_not_named(folder: str):
    closed = {
        it["metadata"]["namespace"]
        for it in objects(folder, "NetworkPolicy")
        if it["spec"]["podSelector"] == {}
        and {*it["spec"]["policyTypes"]} == {"Ingress", "Egress"}
        and not it["spec"].keys() & {"ingress", "egress"}
    }
    assert closed == {"sandbox", "sandbox-workers"}


def may_talk(folders: tuple[str, ...], source: Pod, target: Pod, port: int) -> bool:
    """Whether the policies let one pod reach a port of another; by their rules for pods alone."""
    policies = [it for folder in folders for it in objects(folder, "NetworkPolicy")]

    def allows(of: Pod, other: Pod, direction: str, side: str) -> bool:
        for policy in policies:
            spec = policy["spec"]
            if policy["metadata"]["namespace"] != of.namespace or not selects(
                spec["podSelector"], of.labels
            ):
                continue
            for rule in spec.get(direction, ()):
                ports = {it["port"] for it in rule["ports"]}
                names = {
                    it["name"] for it in target.main.get("ports", ()) if it["containerPort"] == port
                }
                if ports & {port, *names} and any(meets(peer, of, other) for peer in rule[side]):
                    return True
        return False

    def meets(peer: dict[str, Any], of: Pod, other: Pod) -> bool:
        if "ipBlock" in peer:
            return False
        of_namespace = {"kubernetes.io/metadata.name": other.namespace}
        if "namespaceSelector" in peer:
            same = selects(peer["namespaceSelector"], of_namespace)
        else:
            same = other.namespace == of.namespace
        return same and selects(peer.get("podSelector", {}), other.labels)

    return allows(source, target, "egress", "to") and allows(target, source, "ingress", "from")


def test_who_needs_each_other_may_talk_and_nobody_else():
    folders = ("base", "testgen")
    everybody = [it for folder in folders for it in pods(folder)]
    talks = {
        (source.name, target.name)
        for source in everybody
        for target in everybody
        for port in ([it["containerPort"] for it in target.main.get("ports", ())] or [80])
        if may_talk(folders, source, target, port)
    }
    assert talks == {("api", "redis"), ("worker", "redis"), ("testgen", "api")}


@pytest.mark.parametrize(("folder", "name"), [("base", "api"), ("base", "worker"), ("base", "images"),
                                              ("testgen", "testgen")])  # fmt: skip
def test_who_talks_to_names_may_ask_for_their_addresses(folder: str, name: str):
    of = pod(folder, name)
    rules = [
        rule
        for policy in objects(folder, "NetworkPolicy")
        if policy["metadata"]["namespace"] == of.namespace
        and selects(policy["spec"]["podSelector"], of.labels)
        for rule in policy["spec"].get("egress", ())
    ]
    system = {"kubernetes.io/metadata.name": "kube-system"}
    asked = [
        port["protocol"]
        for rule in rules
        for port in rule["ports"]
        if port["port"] == 53
        and any(selects(peer.get("namespaceSelector", {}), system) for peer in rule["to"])
    ]
    assert sorted(asked) == ["TCP", "UDP"]


# Life and death.


@every_whole
@pytest.mark.parametrize("name", ["api", "worker"])
def test_there_is_time_to_drain(folder: str, name: str):
    it = pod(folder, name)
    pause_s = it.main.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    drain_s = float(environment(folder, it, it.main)["SANDBOX_DRAIN_S"])
    assert it.spec["terminationGracePeriodSeconds"] >= pause_s + drain_s + STOP_GRACE_S


@every_whole
@pytest.mark.parametrize("name", ["api", "worker", "redis"])
def test_there_are_probes_and_requests(folder: str, name: str):
    main = pod(folder, name).main
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= main.keys()
    assert {"cpu", "memory"} <= main["resources"]["requests"].keys()
    assert "memory" in main["resources"]["limits"]


@every_whole
@pytest.mark.parametrize(
    ("age_s", "is_ready", "lives"),
    [(1, True, True), (60, False, False), (None, False, True)],
    ids=["it works", "it hangs", "it has given up"],
)
def test_a_worker_is_started_again_if_it_hangs_and_not_if_it_gave_up(
    folder: str, tmp_path: Path, *, age_s: float | None, is_ready: bool, lives: bool
):
    alive = tmp_path / "alive-0"
    if age_s is not None:
        alive.touch()
        os.utime(alive, (time.time() - age_s,) * 2)
    main = pod(folder, "worker").main
    for probe, good in (
        ("startupProbe", is_ready),
        ("readinessProbe", is_ready),
        ("livenessProbe", lives),
    ):
        command = [
            it.replace("/run/sandbox", str(tmp_path)) for it in main[probe]["exec"]["command"]
        ]
        done = subprocess.run(command, capture_output=True, check=False)
        assert (done.returncode == 0) is good, probe


@every_whole
def test_probes_of_the_api_ask_for_what_is_open_to_everybody(folder: str):
    main = pod(folder, "api").main
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert main[probe]["httpGet"] == {"path": "/healthz", "port": "http"}
        assert probe == "startupProbe" or main[probe]["timeoutSeconds"] >= 5  # busy is not dead
    (port,) = main["ports"]
    values = environment(folder, pod(folder, "api"), main)
    assert (port["containerPort"], values["SANDBOX_HOST"]) == (
        int(values["SANDBOX_PORT"]),
        "0.0.0.0",
    )


@every_whole
def test_a_worker_has_a_slot_for_each_of_its_cores(folder: str):
    main = pod(folder, "worker").main
    (slots,) = (it for it in main["env"] if it["name"] == "SANDBOX_SLOTS")
    assert slots["valueFrom"] == {"resourceFieldRef": {"resource": "limits.cpu"}}
    assert main["resources"]["limits"]["cpu"].isdigit()
    # Only then are the cores its own; a container that comes first counts as well.
    for container in pod(folder, "worker").containers:
        resources = container["resources"]
        assert resources["requests"] == resources["limits"]
        assert resources["limits"].keys() == {"cpu", "memory"}


@every_whole
def test_a_worker_waits_for_all_images_that_are_built(folder: str, tmp_path: Path):
    (waits,) = pod(folder, "worker").spec["initContainers"]
    (builds,) = pod(folder, "images").spec["initContainers"]
    asked = []
    for name, container in (("worker", waits), ("images", builds)):
        # What stands for the service writes down what it is asked, and is content.
        fake = tmp_path / name / "sandbox"
        fake.parent.mkdir()
        fake.write_text(f'#!/bin/sh\necho "$@" > {tmp_path / name}/asked\n')
        fake.chmod(0o755)
        values = environment(folder, pod(folder, name), container)
        program, flag, script = container["command"]
        # It would remount what is this machine's.
        script = script.replace("sh /etc/entry/entry.sh", "sandbox")
        path = f"{fake.parent}:/usr/bin:/bin"
        subprocess.run([program, flag, script], env={**values, "PATH": path}, check=True)
        asked.append((tmp_path / name / "asked").read_text().split())
    assert asked[0] == ["images", "build", "--check", *asked[1][2:]]
    assert asked[1][:2] == ["images", "build"]
    assert {"cpp", "python", "testgen"} <= {*asked[1]}


@every_whole
def test_who_has_built_leaves_the_machine_to_the_worker(folder: str):
    # The largest of all containers, since those that come first count for as long as the pod is there.
    asked = [it["resources"]["requests"] for it in pod(folder, "images").containers]
    assert max(int(it["cpu"].removesuffix("m")) for it in asked) <= 100
    assert max(int(it["memory"].removesuffix("Mi")) for it in asked) <= 128


@pytest.mark.parametrize("folder", ["base", "overlays/production"])
def test_the_autoscaler_counts_in_slots_and_reads_what_the_adapter_makes(folder: str):
    (scaler,) = objects(folder, "HorizontalPodAutoscaler")
    target = scaler["spec"]["scaleTargetRef"]
    worker = one(folder, target["kind"], target["name"])
    assert (
        "replicas" not in worker["spec"]
    )  # each `kubectl apply` would undo what the autoscaler did
    (metric,) = scaler["spec"]["metrics"]
    adapter = yaml.safe_load((K8S.parent / "prometheus" / "adapter.yaml").read_text())
    (rule,) = adapter["rules"]["external"]
    assert metric["external"]["metric"]["name"] == rule["name"]["as"]
    # Of the queue that these workers have, and not of all that one Prometheus knows.
    apis = one(folder, "Deployment", "api")["metadata"]["namespace"]
    assert metric["external"]["metric"]["selector"] == {"matchLabels": {"namespace": apis}}
    slots = int(pod(folder, "worker").main["resources"]["limits"]["cpu"])
    assert slots / 2 <= int(metric["external"]["target"]["averageValue"]) <= slots


def test_redis_keeps_what_was_accepted():
    config = one("base", "ConfigMap", "redis")["data"]["redis.conf"]
    lines = {
        line.split(" ", 1)[0]: line.split(" ", 1)[1]
        for line in config.splitlines()
        if line[:1] != "#"
    }
    assert (lines["appendonly"], lines["appendfsync"]) == ("yes", "always")
    assert lines["maxmemory-policy"] == "noeviction"
    redis = pod("base", "redis")
    (data,) = (it for it in redis.main["volumeMounts"] if it["name"] == "data")
    assert data["mountPath"] == lines["dir"]


@every_whole
def test_redis_has_the_memory_and_the_disk_for_what_it_may_hold(folder: str):
    redis = pod(folder, "redis")
    config = one(folder, "ConfigMap", "redis")["data"]["redis.conf"]
    # The last one counts.
    words = f"{config} {' '.join(redis.main['command'])}"
    most_gb = int(re.findall(r"\bmaxmemory (\d+)gb", words)[-1])
    limit = int(redis.main["resources"]["limits"]["memory"].removesuffix("Gi"))
    (claim,) = one(folder, "StatefulSet", "redis")["spec"]["volumeClaimTemplates"]
    disk = int(claim["spec"]["resources"]["requests"]["storage"].removesuffix("Gi"))
    assert most_gb < limit
    assert (
        3 * most_gb < disk
    )  # what is written, as much again until it is rewritten, and the new one


@every_whole
def test_redis_takes_its_configuration(folder: str, tmp_path: Path):
    file = tmp_path / "redis.conf"
    config = one(folder, "ConfigMap", "redis")["data"]["redis.conf"]
    file.write_text(config.replace("dir /data", f"dir {tmp_path}"))
    server = shutil.which("redis-server")
    assert server is not None
    socket = tmp_path / "s"
    options = pod(folder, "redis").main["command"][2:]
    with subprocess.Popen(
        [server, str(file), *options, "--port", "0", "--unixsocket", str(socket)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if "ready to accept connections" in line.lower():
                    break
            else:
                raise AssertionError("it has not started")
        finally:
            process.terminate()
