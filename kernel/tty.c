// SPDX-License-Identifier: MIT
/*
 * DOC: the console as a terminal: line editing, echo, signals from keys,
 * modes by termios. The serial port's interrupt leaves bytes in a ring and
 * raises TTY_SOFTIRQ, which runs the line discipline: Ctrl-C reaches the
 * foreground group even if nobody reads. Output goes to kernel/console.c,
 * which sends "\n" as "\r\n" whatever OPOST says.
 *
 * POSIX.1-2017, chapter 11, "General Terminal Interface". It is the
 * terminal of process 1's session: of its groups the others than the foreground
 * are stopped when they read. State: one terminal; all but the raw ring is
 * changed by tasks with softirqs off, and by the softirq.
 */
#include "kernel/console.h"
#include "kernel/process.h"
#include "kernel/uaccess.h"
#include "kernel/vfs.h"
#include "lib/printk.h"
#include "lib/softirq.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/signal.h"
#include "lib/uapi/termios.h"
#include "lib/uio.h"

#define TTY_RING 4096 /* both rings; a power of two */
#define TTY_LINE 4095 /* the longest line edited, as in Linux */

#define TTY_SESSION 1

#define CELL_END 0x100 /* this byte ends a line */
#define CELL_EOF 0x200 /* no byte: an end of file */

static struct {
	struct ktermios termios;
	struct winsize winsize;
	int fg_pgrp;
	struct wait_queue_head read_wait;
	u32 raw_head, raw_tail; /* head is the interrupt's */
	u32 head, tail;         /* of cooked; tail is the readers' */
	u32 lines;              /* CELL_END and CELL_EOF cells among them */
	u32 len;                /* of the line */
} tty = {
	.termios = {
		.c_iflag = ICRNL | IXON | IUTF8,
		.c_oflag = OPOST | ONLCR,
		.c_cflag = B115200 | CS8 | CREAD | HUPCL | CLOCAL,
		.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL |
			   ECHOKE | IEXTEN,
		.c_cc = {
			[VINTR] = 3, [VQUIT] = 28, [VERASE] = 127,
			[VKILL] = 21, [VEOF] = 4, [VMIN] = 1,
			[VSTART] = 17, [VSTOP] = 19, [VSUSP] = 26,
			[VREPRINT] = 18, [VWERASE] = 23, [VLNEXT] = 22,
		},
	},
	.winsize = { .ws_row = 24, .ws_col = 80 },
	.fg_pgrp = 1,
};

/* Apart from the struct, whose values would put them into the image. */
static u8 tty_raw[TTY_RING];     /* from the interrupt, for the softirq */
static u16 tty_cooked[TTY_RING]; /* ready to be read */
static u8 tty_line[TTY_LINE];    /* being edited */

/* Hardirq. A full ring loses the newest, as a UART's FIFO does. */
static void tty_receive(u8 byte)
{
	if (tty.raw_head - tty.raw_tail < TTY_RING)
		tty_raw[tty.raw_head++ % TTY_RING] = byte;
	raise_softirq(TTY_SOFTIRQ);
}

static bool lflag(u32 flag)
{
	return tty.termios.c_lflag & flag;
}

static bool is_key(int which, u8 c)
{
	return c && tty.termios.c_cc[which] == c;
}

static void echo(u8 c)
{
	char text[2] = { '^', (char)(c ^ 0x40) };

	if (!lflag(ECHO) && !(c == '\n' && lflag(ECHONL) && lflag(ICANON)))
		return;
	if ((c < 32 || c == 127) && c != '\n' && c != '\t' && lflag(ECHOCTL)) {
		console_write(text, 2);
		return;
	}
	text[0] = (char)c;
	console_write(text, 1);
}

static bool put_cell(u16 cell)
{
	if (tty.head - tty.tail >= TTY_RING)
		return false;
	tty_cooked[tty.head++ % TTY_RING] = cell;
	if (cell & (CELL_END | CELL_EOF))
		tty.lines++;
	return true;
}

/* The edited line becomes readable; @end 0: an end of file closes it. */
static void commit_line(u16 end)
{
	u32 i;

	if (TTY_RING - (tty.head - tty.tail) < tty.len + 1) {
		tty.len = 0; /* nobody reads: the line is lost */
		return;
	}
	for (i = 0; i < tty.len; i++)
		put_cell(tty_line[i]);
	put_cell(end ? end | CELL_END : CELL_EOF);
	tty.len = 0;
	wake_up_poll(&tty.read_wait, EPOLLIN | EPOLLRDNORM);
}

/* Take the last character back; a UTF-8 one is all of its bytes. */
static void erase_one(void)
{
	u8 c;

	do {
		c = tty_line[--tty.len];
	} while (tty.len && (tty.termios.c_iflag & IUTF8) &&
		 (c & 0xc0) == 0x80);
	if (!lflag(ECHO) || !lflag(ECHOE))
		return;
	console_write("\b \b", 3);
	if (c < 32 && c != '\t' && lflag(ECHOCTL))
		console_write("\b \b", 3);
}

static void erase_word(void)
{
	while (tty.len && tty_line[tty.len - 1] == ' ')
		erase_one();
	while (tty.len && tty_line[tty.len - 1] != ' ')
		erase_one();
}

static void flush_input(void)
{
	tty.tail = tty.head;
	tty.lines = 0;
	tty.len = 0;
}

static bool signal_key(u8 c)
{
	int sig = is_key(VINTR, c)   ? SIGINT
		  : is_key(VQUIT, c) ? SIGQUIT
		  : is_key(VSUSP, c) ? SIGTSTP
				     : 0;

	if (!sig || !lflag(ISIG))
		return false;
	if (!lflag(NOFLSH))
		flush_input();
	echo(c);
	if (lflag(ECHO))
		console_write("\n", 1);
	signal_send_group(tty.fg_pgrp, sig, SIGNAL_FROM_KERNEL);
	return true;
}

static void edit_char(u8 c)
{
	if (is_key(VERASE, c) || (c == '\b' && lflag(ECHOE))) {
		if (tty.len)
			erase_one();
	} else if (is_key(VWERASE, c) && lflag(IEXTEN)) {
		erase_word();
	} else if (is_key(VKILL, c)) {
		while (tty.len)
			erase_one();
	} else if (is_key(VEOF, c)) {
		commit_line(0);
	} else if (c == '\n' || is_key(VEOL, c)) {
		echo(c);
		commit_line(c);
	} else if (tty.len < TTY_LINE) {
		tty_line[tty.len++] = c;
		echo(c);
	}
}

static void input_char(u8 c)
{
	u32 iflag = tty.termios.c_iflag;

	if (iflag & ISTRIP)
		c &= 0x7f;
	if (c == '\r') {
		if (iflag & IGNCR)
			return;
		if (iflag & ICRNL)
			c = '\n';
	} else if (c == '\n' && (iflag & INLCR)) {
		c = '\r';
	}
	if (signal_key(c))
		return;
	if (lflag(ICANON)) {
		edit_char(c);
		return;
	}
	echo(c);
	if (put_cell(c))
		wake_up_poll(&tty.read_wait, EPOLLIN | EPOLLRDNORM);
}

static void tty_softirq(void)
{
	while (tty.raw_tail != READ_ONCE(tty.raw_head))
		input_char(tty_raw[tty.raw_tail++ % TTY_RING]);
}

/* --- the file --- */

static bool readable(void)
{
	return lflag(ICANON) ? tty.lines > 0 : tty.head != tty.tail;
}

/* Take up to @n bytes, in canonical mode of one line; softirqs off. */
static size_t take(u8 *to, size_t n, bool *line_ends)
{
	size_t got = 0;
	u16 cell;

	*line_ends = false;
	while (got < n && tty.head != tty.tail && !*line_ends) {
		cell = tty_cooked[tty.tail % TTY_RING];
		if (cell & (CELL_END | CELL_EOF)) {
			tty.lines--;
			*line_ends = lflag(ICANON);
		}
		tty.tail++;
		if (!(cell & CELL_EOF))
			to[got++] = (u8)cell;
	}
	return got;
}

/* Of another group than the foreground's: it is stopped by @sig, or not. */
static int check_background(int sig)
{
	const struct process *p = current->process;

	if (p->sid != TTY_SESSION || p->pgid == tty.fg_pgrp)
		return 0;
	if ((current->sigblocked & SIGBIT(sig)) || signal_is_ignored(p, sig))
		return sig == SIGTTIN ? -EIO : 0;
	if (p->pid == 1 || process_group_is_orphaned(p->pgid))
		return -EIO;
	signal_send_group(p->pgid, sig, SIGNAL_FROM_KERNEL);
	/* Once more, even if another thread takes it. */
	pending_add(&current->sigpending, SIGBIT(SIGSTOP));
	return -ERESTARTSYS;
}

/* Sleep until there is something, as the modes and flags ask. */
static int wait_readable(const struct file *f)
{
	u64 left = MAX_SCHEDULE_TIMEOUT;
	int err = check_background(SIGTTIN);

	if (err || readable())
		return err;
	if (f->f_flags & O_NONBLOCK)
		return -EAGAIN;
	if (!lflag(ICANON) && tty.termios.c_cc[VMIN] == 0)
		left = tty.termios.c_cc[VTIME] * 100 * NSEC_PER_MSEC;
	err = wait_event_interruptible_timeout(&tty.read_wait, readable(),
					       &left);
	/* It may have been stopped meanwhile, and another one reads. */
	return err ? err : check_background(SIGTTIN);
}

static ssize_t tty_read(struct file *f, struct iov_iter *to)
{
	ssize_t done = 0;
	u8 bytes[128];
	bool ends = false;
	size_t n, got;
	int err;

	if (!iov_iter_count(to))
		return 0;
	err = wait_readable(f);
	if (err)
		return err == -ETIME ? 0 : err;
	while (iov_iter_count(to) && !ends) {
		local_bh_disable();
		n = take(bytes, min(iov_iter_count(to), sizeof(bytes)), &ends);
		local_bh_enable();
		if (!n)
			break;
		got = copy_to_iter(bytes, n, to);
		done += (ssize_t)got;
		if (got < n)
			return done ? done : -EFAULT;
	}
	return done;
}

static ssize_t tty_write(struct file *f, struct iov_iter *from)
{
	ssize_t done = 0;
	char bytes[256];
	size_t n, got;
	int err = lflag(TOSTOP) ? check_background(SIGTTOU) : 0;

	if (err)
		return err;
	while (iov_iter_count(from)) {
		n = min(iov_iter_count(from), sizeof(bytes));
		got = copy_from_iter(bytes, n, from);
		console_write(bytes, got);
		done += (ssize_t)got;
		if (got < n)
			return done ? done : -EFAULT;
		if (task_signal_pending())
			break;
	}
	return done;
}

static u32 tty_poll(struct file *f, struct poll_table *pt)
{
	u32 mask = EPOLLOUT | EPOLLWRNORM;

	poll_wait(f, &tty.read_wait, pt);
	if (readable())
		mask |= EPOLLIN | EPOLLRDNORM;
	return mask;
}

static long set_termios(const struct ktermios __user *from, bool flush)
{
	struct ktermios new;
	int err = check_background(SIGTTOU);
	u32 i;

	if (err)
		return err;
	if (copy_from_user(&new, from, sizeof(new)))
		return -EFAULT;
	local_bh_disable();
	if (lflag(ICANON) && !(new.c_lflag &ICANON)) {
		/* What was typed of a line may be read now. */
		for (i = 0; i < tty.len; i++)
			put_cell(tty_line[i]);
		tty.len = 0;
	}
	tty.termios = new;
	if (flush)
		flush_input();
	local_bh_enable();
	return 0;
}

static long input_pending(void)
{
	u32 i, n = 0;

	if (!lflag(ICANON))
		return tty.head - tty.tail;
	if (!tty.lines)
		return 0;
	for (i = tty.tail; i != tty.head; i++) {
		if (tty_cooked[i % TTY_RING] & CELL_EOF)
			break;
		n++;
		if (tty_cooked[i % TTY_RING] & CELL_END)
			break;
	}
	return n;
}

/**
 * tty_foreground() - The process group that the terminal's signals go to.
 *
 * Context: any.
 */
int tty_foreground(void)
{
	return tty.fg_pgrp;
}

static long set_foreground(const int __user *from)
{
	int pgrp, err = check_background(SIGTTOU);
	const struct process *p;

	if (err)
		return err;
	if (get_user(pgrp, from))
		return -EFAULT;
	if (pgrp < 0)
		return -EINVAL;
	list_for_each_entry (p, &process_list, all) {
		if (p->pgid != pgrp)
			continue;
		if (p->sid != TTY_SESSION)
			return -EPERM;
		tty.fg_pgrp = pgrp;
		return 0;
	}
	return -ESRCH;
}

static long tty_ioctl(struct file *f, u32 cmd, unsigned long arg)
{
	void __user *p = (void __user *)arg;

	switch (cmd) {
	case TCGETS:
		return copy_to_user(p, &tty.termios, sizeof(tty.termios))
			       ? -EFAULT
			       : 0;
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(p, cmd == TCSETSF);
	case TIOCGWINSZ:
		return copy_to_user(p, &tty.winsize, sizeof(tty.winsize))
			       ? -EFAULT
			       : 0;
	case TIOCSWINSZ:
		return copy_from_user(&tty.winsize, p, sizeof(tty.winsize))
			       ? -EFAULT
			       : 0;
	case TIOCGPGRP:
		return put_user(tty.fg_pgrp, (int __user *)p);
	case TIOCSPGRP:
		return set_foreground(p);
	case TIOCGSID:
		return put_user(TTY_SESSION, (int __user *)p);
	case FIONREAD:
		return put_user((int)input_pending(), (int __user *)p);
	case TIOCOUTQ:
		return put_user(0, (int __user *)p);
	case TCFLSH:
		if (arg > 2)
			return -EINVAL;
		local_bh_disable();
		if (arg != 1)
			flush_input();
		local_bh_enable();
		return 0;
	case TCSBRK:
	case TCXONC:
	case TIOCSCTTY:
	case TIOCNOTTY:
		return 0;
	default:
		return -ENOTTY;
	}
}

const struct file_operations tty_ops = {
	.name = "tty",
	.read_iter = tty_read,
	.write_iter = tty_write,
	.poll = tty_poll,
	.ioctl = tty_ioctl,
	.fstat = inode_fstat,
	.release = inode_release,
};

/**
 * tty_init() - Listen to the serial port.
 *
 * Context: boot task, after irq_init().
 */
void tty_init(void)
{
	init_waitqueue_head(&tty.read_wait);
	open_softirq(TTY_SOFTIRQ, tty_softirq);
	if (console_set_receiver(tty_receive) != 0)
		pr_warn("console: no interrupt, input is not read\n");
}
