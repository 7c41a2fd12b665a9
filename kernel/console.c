// SPDX-License-Identifier: MIT
/*
 * DOC: COM1 (16550A) and QEMU's debug port, and printk() on top of them. A
 * transmitter that does not get empty is waited for a bounded time, so a
 * missing port cannot stop the machine.
 *
 * State: where to print and how much; set at boot.
 */
#include "kernel/console.h"
#include "kernel/cmdline.h"
#include "kernel/io.h"
#include "kernel/irq.h"
#include "lib/printk.h"
#include "lib/vsprintf.h"

#define COM1       0x3f8
#define COM1_IRQ   4
#define UART_DATA  (COM1 + 0)
#define UART_IER   (COM1 + 1)
#define UART_FCR   (COM1 + 2)
#define UART_LCR   (COM1 + 3)
#define UART_MCR   (COM1 + 4)
#define UART_LSR   (COM1 + 5)
#define LSR_DR     0x01
#define LSR_THRE   0x20
#define FCR_ON     0x07 /* FIFOs on and emptied */
#define FCR_AT_8   0x80 /* interrupt at 8 bytes; fewer: after 4 idle ones */
#define FIFO       16
#define THRE_SPINS 20000

#define DEBUG_PORT 0xe9

#define LOGLEVEL_DEFAULT 7 /* messages below it are shown */
#define LOGLEVEL_QUIET   4
#define LEVEL_DEFAULT    6

static bool to_com1 = true, to_debug_port;
static u32 loglevel = LOGLEVEL_DEFAULT;
static u32 fifo_bytes = FIFO, fifo_room;
static bool at_line_start = true;
static void (*receiver)(u8 byte);

/**
 * console_early_init() - Set COM1 up: 115200 8N1, FIFOs on.
 */
void console_early_init(void)
{
	outb(UART_IER, 0);
	outb(UART_LCR, 0x80);
	outb(UART_DATA, 1);
	outb(UART_IER, 0);
	outb(UART_LCR, 0x03);
	/* What was typed by now waits in the receiver, and switching the
	 * FIFOs on or off empties it (16550D, section 8.5): leave them off. */
	if (inb(UART_LSR) & LSR_DR)
		fifo_bytes = 1;
	else
		outb(UART_FCR, FCR_ON | FCR_AT_8);
	outb(UART_MCR, 0x0b);
}

/**
 * console_init() - Obey console=, quiet and loglevel=.
 */
void console_init(void)
{
	const char *name;
	u32 i;

	if (cmdline_flag("quiet", false))
		loglevel = LOGLEVEL_QUIET;
	loglevel = (u32)cmdline_u64("loglevel", loglevel);
	if (!cmdline_get("console"))
		return;
	to_com1 = false;
	for (i = 0; (name = cmdline_get_nth("console", i)) != NULL; i++) {
		if (strncmp(name, "debugcon", 8) == 0)
			to_debug_port = true;
		else
			to_com1 = true;
	}
}

static void com1_putc(char c)
{
	u32 spin;

	if (!fifo_room) {
		for (spin = 0; spin < THRE_SPINS; spin++)
			if (inb(UART_LSR) & LSR_THRE)
				break;
		fifo_room = fifo_bytes;
	}
	fifo_room--;
	outb(UART_DATA, (u8)c);
}

/**
 * console_write() - Send bytes to the console, as they are but for "\n".
 * @s: the bytes.
 * @n: how many.
 *
 * Context: any.
 */
void console_write(const char *s, size_t n)
{
	size_t i;

	if (n)
		at_line_start = s[n - 1] == '\n';
	for (i = 0; i < n && to_debug_port; i++)
		outb(DEBUG_PORT, (u8)s[i]);
	for (i = 0; i < n && to_com1; i++) {
		if (s[i] == '\n')
			com1_putc('\r');
		com1_putc(s[i]);
	}
}

static bool console_interrupt(void *arg)
{
	bool mine = false;

	while (inb(UART_LSR) & LSR_DR) {
		receiver(inb(UART_DATA));
		mine = true;
	}
	return mine;
}

/**
 * console_set_receiver() - Pass COM1's input on.
 * @rx: called with each byte, hardirq context.
 *
 * Context: task, once.
 * Return: 0 or a negative errno.
 */
int console_set_receiver(void (*rx)(u8 byte))
{
	int err;

	receiver = rx;
	err = request_irq(COM1_IRQ, console_interrupt, NULL, "serial");
	if (!err)
		outb(UART_IER, 1);
	return err;
}

static void print_stamp(void)
{
	char text[32];
	u64 us = ktime_get_ns() / NSEC_PER_USEC;
	int n;

	n = scnprintf(text, sizeof(text), "[%5llu.%06llu] ", us / 1000000,
		      us % 1000000);
	console_write(text, (size_t)n);
}

static void print_lines(const char *s)
{
	const char *end;

	for (; *s; s = end) {
		end = strchr(s, '\n');
		end = end ? end + 1 : s + strlen(s);
		if (at_line_start)
			print_stamp();
		console_write(s, (size_t)(end - s));
	}
}

/**
 * printk() - Print a message if its level is below the console's.
 * @fmt: may begin with a level, KERN_ERR and the like.
 *
 * Context: any but hardirq.
 * Return: length of the whole text.
 */
int printk(const char *fmt, ...)
{
	char text[512];
	u32 level = LEVEL_DEFAULT;
	va_list ap;
	int n;

	if (fmt[0] == '<' && fmt[1] >= '0' && fmt[1] <= '7' && fmt[2] == '>') {
		level = (u32)(fmt[1] - '0');
		fmt += 3;
	}
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (level < loglevel)
		print_lines(text);
	return n;
}
