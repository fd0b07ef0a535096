"""What a model is asked to write, and how it is shown what is wrong with it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from testgen.pipeline.bench import Bench
from testgen.pipeline.cases import USABLE, script_seed
from testgen.pipeline.validation import legal_cases, score_validator
from testgen.running.generators import LANGUAGE, generate
from testgen.values import Case, Program
from testgen.writing.model import BudgetSpent, Message
from testgen.writing.prompts import CHECKER_GUIDE, ROLES, VALIDATOR_GUIDE, code_of, generator_guide

Trial = Callable[[Program], Awaitable[str]]
"""Tries a program; what is wrong with it, in words for the model, or nothing."""


async def write_generators(bench: Bench, validator: Program | None) -> list[Program]:
    """The model's generators: one in ``kimi``, one for each role in ``full``; ``validator`` tries them."""
    guide = generator_guide(bench.settings.cases_per_generator)
    roles = ["cases"] if bench.settings.preset == "kimi" else list(ROLES)
    written = []
    for role in roles:
        wish = f"{_about(bench)}\n\nWrite the script for: {ROLES[role]}."
        trial = _try_generator(bench, validator)
        program = await _written(bench, guide, wish, f"{role}_model.py", LANGUAGE, trial)
        if program is not None:
            written.append(program)
    return written


async def write_hack(
    bench: Bench,
    validator: Program | None,
    survivors: Sequence[Program],
    reference: Program,
    turn: int,
) -> Program | None:
    """The model's generator against wrong solutions that pass everything so far."""
    guide = generator_guide(bench.settings.cases_per_generator)
    wrong = "\n\n".join(_shown(bench, one) for one in survivors[: bench.settings.shown_survivors])
    wish = (
        f"{_about(bench)}\n\nThis solution is right:\n{_shown(bench, reference)}\n\nThese are wrong or too "
        f"slow, but pass all tests so far:\n{wrong}\n\nWrite a script whose inputs break them."
    )
    name = f"hack_{turn}_model.py"
    return await _written(bench, guide, wish, name, LANGUAGE, _try_generator(bench, validator))


def _shown(bench: Bench, program: Program) -> str:
    return f"```\n{program.code[: bench.settings.shown_code_chars]}\n```"


async def write_validator(bench: Bench) -> Program | None:
    """The model's validator."""
    return await _written(
        bench, VALIDATOR_GUIDE, _about(bench), "model.py", "python", _try_validator(bench)
    )


async def write_checker(bench: Bench, trial: Trial) -> Program | None:
    """The model's checker; whoever asks for it knows how it is tried."""
    return await _written(bench, CHECKER_GUIDE, _about(bench), "model.py", "python", trial)


async def _written(
    bench: Bench, system: str, wish: str, name: str, language: str, trial: Trial
) -> Program | None:
    """A program that passes its trial, after some repairs; else the last one there was."""
    assert bench.model is not None
    messages: list[Message] = [
        {"role": "system", "content": system},
        {"role": "user", "content": wish},
    ]
    program, history = None, []
    for turn in range(bench.settings.repair_rounds + 1):
        try:
            reply = await bench.model.ask(messages, bench.budget)
        except BudgetSpent:
            history.append("the budget of calls or tokens is used up")
            break
        code = code_of(reply)
        if code is None:
            wrong = "there is no block of code in the answer"
        else:
            program = Program(name, language, code)
            wrong = await trial(program)
        history.append(wrong or "good")
        if not wrong:
            break
        bench.budget.repairs += turn < bench.settings.repair_rounds
        messages += [
            {"role": "assistant", "content": reply},
            {"role": "user", "content": f"It is not good yet: {wrong}\n\nWrite it again, whole."},
        ]
    _note(bench, name, program, history)
    return program


def _try_generator(bench: Bench, validator: Program | None) -> Trial:
    async def trial(program: Program) -> str:
        seed = script_seed(bench, program, 0)
        made = await generate(bench.runner, bench.settings, program, seed, program.role)
        wanted = bench.settings.least_valid
        if made.fate not in USABLE:
            return f"{made.fate}: {made.said[-bench.settings.shown_message_chars :]}"
        if program.role == "cases" and len(made.cases) < wanted:
            return f"it writes {len(made.cases)} inputs that are not empty, {wanted} are needed"
        return await _what_is_illegal(bench, validator, made.cases)

    return trial


async def _what_is_illegal(bench: Bench, validator: Program | None, cases: Sequence[Case]) -> str:
    lawful = {case.tid for case in await legal_cases(bench, validator, cases)}
    illegal = [case for case in cases if case.tid not in lawful]
    if len(cases) - len(illegal) >= bench.settings.legal_share * len(cases):
        return ""
    shown = min(illegal, key=lambda case: len(case.stdin)).stdin[
        : bench.settings.shown_message_chars
    ]
    return (
        f"{len(illegal)} of its {len(cases)} inputs are illegal, say the problem's rules; one of them:\n"
        f"{shown.decode(errors='replace')}"
    )


def _try_validator(bench: Bench) -> Trial:
    async def trial(program: Program) -> str:
        score = await score_validator(bench, program)
        return "" if score["good"] else str(score["said"])

    return trial


def _about(bench: Bench) -> str:
    samples = "\n\n".join(
        f"Sample input:\n{one.stdin.decode(errors='replace')}\nSample output:\n"
        f"{one.answer.decode(errors='replace')}"
        for one in bench.problem.samples
    )
    return f"The problem:\n\n{bench.problem.statement}\n\n{samples}"


def _note(bench: Bench, name: str, program: Program | None, history: list[str]) -> None:
    written: list[dict[str, Any]] = bench.book.setdefault("written", [])
    sha = program.sha if program is not None else ""
    written.append({"name": name, "sha": sha, "rounds": [text[:500] for text in history]})
