#pragma once
#include "CSandbox.h"

/// The last step: from here on every call to the kernel that is not on the list fails or kills.
enum sandbox_step sandbox_install_filter(int *error_number);
