from fixtures import lab, operators_group, pytest_configure, pytest_runtest_makereport  # noqa: F401
