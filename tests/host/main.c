// SPDX-License-Identifier: MIT
/* DOC: runs every suite on the host; an argument is a glob of suite names. */
#include "lib/kunit.h"
#include "lib/timer.h"
#include "tests/host/host.h"

int main(int argc, char **argv)
{
	struct kunit_totals t;

	timers_init();
	t = kunit_run_all(argc > 1 ? argv[1] : NULL);
	return t.failed || !t.passed;
}
