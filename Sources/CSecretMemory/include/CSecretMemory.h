#pragma once

#include <stdbool.h>

/// Keeps the kernel from ever writing a core of this process, whoever started it with which limits.
///
/// Returns whether it is so from now on.
bool wgp_forbid_cores(void);
