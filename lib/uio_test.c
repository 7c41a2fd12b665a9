// SPDX-License-Identifier: MIT
/* DOC: copying through iterators, over range borders and up to a fault. */
#include "lib/byteorder.h"
#include "lib/checksum.h"
#include "lib/errno.h"
#include "lib/kunit.h"
#include "lib/uio.h"
#include "tests/host/host.h"

static u8 mem[4][32];

static void fill(void)
{
	u32 i;

	for (i = 0; i < sizeof(mem); i++)
		((u8 *)mem)[i] = (u8)(i * 7 + 1);
}

static void copy_from_iter_crosses_ranges(struct kunit *test)
{
	struct kvec v[4] = {
		{ mem[0], 5 }, { mem[1], 0 }, { mem[2], 32 }, { mem[3], 3 }
	};
	struct iov_iter it;
	u8 out[40], want[40];

	fill();
	memcpy(want, mem[0], 5);
	memcpy(want + 5, mem[2], 32);
	memcpy(want + 37, mem[3], 3);
	iov_iter_kvec(&it, true, v, 4, 40);
	KUNIT_EXPECT_EQ(test, copy_from_iter(out, 4, &it), 4);
	KUNIT_EXPECT_EQ(test, copy_from_iter(out + 4, 30, &it), 30);
	KUNIT_EXPECT_EQ(test, iov_iter_count(&it), 6);
	KUNIT_EXPECT_EQ(test, copy_from_iter(out + 34, 100, &it), 6);
	KUNIT_EXPECT_MEMEQ(test, out, want, 40);
	KUNIT_EXPECT_EQ(test, copy_from_iter(out, 1, &it), 0);

	/* All the way back, over the empty range too. */
	iov_iter_revert(&it, 40);
	memset(out, 0, sizeof(out));
	iov_iter_advance(&it, 3);
	KUNIT_EXPECT_EQ(test, copy_from_iter(out + 3, 37, &it), 37);
	KUNIT_EXPECT_MEMEQ(test, out + 3, want + 3, 37);
}

static void copy_to_iter_stops_at_a_fault(struct kunit *test)
{
	struct iovec v[2] = { { mem[0], 10 }, { mem[1], 10 } };
	struct iov_iter it;
	u8 in[20];

	memset(in, 0xee, sizeof(in));
	fill();
	test_bad_user_range(mem[1], 10);
	iov_iter_init(&it, false, v, 2, 20);
	KUNIT_EXPECT_EQ(test, copy_to_iter(in, 20, &it), 10);
	KUNIT_EXPECT_EQ(test, iov_iter_count(&it), 10);
	iov_iter_ubuf(&it, true, mem[1], 10);
	KUNIT_EXPECT_EQ(test, copy_from_iter(in, 10, &it), 0);
	test_bad_user_range(NULL, 0);
	KUNIT_EXPECT_EQ(test, copy_from_iter(in, 10, &it), 10);
	KUNIT_EXPECT_MEMEQ(test, in, mem[1], 10);
}

static void iov_iter_ubuf_survives_being_copied(struct kunit *test)
{
	struct iov_iter it, other;
	u8 out[32];

	fill();
	iov_iter_ubuf(&it, true, mem[0], 32);
	KUNIT_EXPECT_EQ(test, copy_from_iter(out, 7, &it), 7);
	other = it;
	memset(&it, 0xff, sizeof(it));
	KUNIT_EXPECT_EQ(test, copy_from_iter(out + 7, 25, &other), 25);
	KUNIT_EXPECT_MEMEQ(test, out, mem[0], 32);
	iov_iter_revert(&other, 32);
	KUNIT_EXPECT_EQ(test, iov_iter_count(&other), 32);
}

static void csum_and_copy_sums_over_odd_borders(struct kunit *test)
{
	struct kvec v[3] = { { mem[0], 5 }, { mem[1], 7 }, { mem[2], 9 } };
	struct iov_iter it;
	__wsum sum = 0;
	u8 out[21];

	fill();
	iov_iter_kvec(&it, true, v, 3, 21);
	KUNIT_EXPECT_EQ(test, csum_and_copy_from_iter(out, 21, &sum, &it), 21);
	KUNIT_EXPECT_EQ(test, csum_fold(sum), ip_compute_csum(out, 21));
}

static void iov_iter_bvec_gives_bytes_or_pages(struct kunit *test)
{
	struct page a = { .virt = mem[0], .refcount = 1 };
	struct page b = { .virt = mem[2], .refcount = 1 };
	struct bio_vec v[3] = { { &a, 5, 3 }, { &a, 0, 0 }, { &b, 10, 1 } };
	struct bio_vec piece;
	struct iov_iter it;
	u8 out[15];

	fill();
	iov_iter_bvec(&it, true, v, 3, 15);
	KUNIT_EXPECT_EQ(test, copy_from_iter(out, 7, &it), 7);
	KUNIT_EXPECT_MEMEQ(test, out, mem[0] + 3, 5);
	KUNIT_EXPECT_MEMEQ(test, out + 5, mem[2] + 1, 2);
	iov_iter_revert(&it, 4);
	/* To the end of the range, with a reference; not over the border. */
	KUNIT_EXPECT_EQ(test, iov_iter_get_piece(&it, 100, &piece), 2);
	KUNIT_EXPECT_PTR_EQ(test, piece.bv_page, &a);
	KUNIT_EXPECT_EQ(test, piece.bv_offset, 6);
	KUNIT_EXPECT_EQ(test, page_count(&a), 2);
	KUNIT_EXPECT_EQ(test, iov_iter_get_piece(&it, 4, &piece), 4);
	KUNIT_EXPECT_EQ(test, piece.bv_offset, 1);
	KUNIT_EXPECT_EQ(test, iov_iter_get_piece(&it, 100, &piece), 6);
	KUNIT_EXPECT_EQ(test, iov_iter_get_piece(&it, 100, &piece), 0);
	KUNIT_EXPECT_EQ(test, page_count(&b), 3);
	/* And written to. */
	iov_iter_bvec(&it, false, v, 3, 15);
	memset(out, 0xee, sizeof(out));
	KUNIT_EXPECT_EQ(test, copy_to_iter(out, 15, &it), 15);
	KUNIT_EXPECT_EQ(test, mem[2][10], 0xee);
	KUNIT_EXPECT_NE(test, mem[2][11], 0xee);
}

static void import_iovec_checks_lengths(struct kunit *test)
{
	struct iovec v[12], fast[UIO_FASTIOV], *used;
	struct iov_iter it;
	u32 i;

	for (i = 0; i < 12; i++)
		v[i] = (struct iovec){ mem[0], i };
	KUNIT_EXPECT_EQ(test, import_iovec(true, v, 3, fast, &used, &it), 3);
	KUNIT_EXPECT_PTR_EQ(test, used, fast);
	KUNIT_EXPECT_EQ(test, import_iovec(true, v, 12, fast, &used, &it), 66);
	KUNIT_EXPECT_TRUE(test, used != fast);
	kfree(used);
	KUNIT_EXPECT_EQ(test, import_iovec(true, v, 0, fast, &used, &it), 0);
	KUNIT_EXPECT_EQ(test,
			import_iovec(true, v, UIO_MAXIOV + 1, fast, &used, &it),
			-EINVAL);
	v[2].iov_len = (size_t)-1;
	KUNIT_EXPECT_EQ(test, import_iovec(true, v, 3, fast, &used, &it),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, import_iovec(true, v, 12, fast, &used, &it),
			-EINVAL);
	/* Two that together are too long are cut off, not refused. */
	v[1].iov_len = 0x7fffffff;
	v[2].iov_len = 0x7fffffff;
	KUNIT_EXPECT_EQ(test, import_iovec(true, v, 3, fast, &used, &it),
			0x7ffff000);
	KUNIT_EXPECT_EQ(test, import_iovec(true, NULL, 3, fast, &used, &it),
			-EFAULT);
	test_fail_nth_alloc(1);
	KUNIT_EXPECT_EQ(test, import_iovec(true, v, 12, fast, &used, &it),
			-ENOMEM);
	test_fail_nth_alloc(0);
}

static const struct kunit_case uio_cases[] = {
	KUNIT_CASE(copy_from_iter_crosses_ranges),
	KUNIT_CASE(copy_to_iter_stops_at_a_fault),
	KUNIT_CASE(iov_iter_ubuf_survives_being_copied),
	KUNIT_CASE(csum_and_copy_sums_over_odd_borders),
	KUNIT_CASE(iov_iter_bvec_gives_bytes_or_pages),
	KUNIT_CASE(import_iovec_checks_lengths),
	{ 0 },
};

static const struct kunit_suite uio_suite = {
	.name = "uio",
	.test_cases = uio_cases,
};
kunit_test_suite(uio_suite);
