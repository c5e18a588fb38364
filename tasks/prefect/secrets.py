"""Secrets that are kept in Prefect."""

from tasks.letters.channels import NotSent


def prefect_secret(block: str) -> str:
    """The value of a Prefect Secret block; raises ``NotSent`` naming the block, never the value."""
    # Prefect costs 1.5 s of CPU to import: who has no such address does without.
    from prefect.blocks.system import Secret as SecretBlock

    try:
        return str(SecretBlock.load(block, _sync=True).get())  # type: ignore[call-arg, union-attr]
    except Exception as missing:
        raise NotSent(f"не читается блок Prefect Secret «{block}» ({type(missing).__name__})") from missing
