from fixtures import (  # noqa: F401
    lab, operators_group, pytest_collection_modifyitems, pytest_configure, pytest_runtest_makereport)
