"""What tests of grading share."""

import asyncio

import pytest


@pytest.fixture(scope="module", autouse=True)
def no_running_loop():
    """Playwright's event loop keeps running in a process that has tested a page."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)
