// SPDX-License-Identifier: MIT
/* DOC: the end of a page run that nobody refers to any more, or of a loan. */
#include "lib/page.h"

/**
 * page_release() - The last reference is gone.
 * @page: a run, which is freed; or a loan, which its maker gets back.
 *
 * Context: task or softirq.
 */
void page_release(struct page *page)
{
	struct page_loan *loan;

	if (likely(page->flags != PG_LOAN)) {
		free_page_run(page);
		return;
	}
	loan = container_of(page, struct page_loan, page);
	loan->ended(loan);
}
