// SPDX-License-Identifier: MIT
/*
 * DOC: the device below its rings: reset, EEPROM, addresses, link. In the
 * manual's order (8254x SDM, section 14.3, "General Configuration"), with the
 * waits that real hardware needs and the model does not.
 */
#include "drivers/net/e1000/e1000.h"
#include "lib/errno.h"
#include "lib/printk.h"

/* Polls of EERD: a word takes a few microseconds; 1 us each. */
#define EERD_POLLS 1000
#define MDIC_POLLS 1000
#define EEPROM_MAC 0

static int read_eeprom(struct e1000_adapter *a, u32 word, u16 *value)
{
	u32 v, i;

	e1000_write(a, E1000_EERD,
		    word << E1000_EERD_ADDR_SHIFT | E1000_EERD_START);
	for (i = 0; i < EERD_POLLS; i++) {
		v = e1000_read(a, E1000_EERD);
		if (v & E1000_EERD_DONE) {
			*value = (u16)(v >> E1000_EERD_DATA_SHIFT);
			return 0;
		}
		udelay(1);
	}
	return -ETIMEDOUT;
}

static bool valid_mac(const u8 mac[ETH_ALEN])
{
	return !(mac[0] & 1) &&
	       (mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

/**
 * e1000_reset_hw() - Bring the device to a known state, interrupts masked.
 * @a: registers mapped.
 *
 * Section 14.3 and 13.4.1: mask, stop both units, let transfers end, reset,
 * wait at least 1 us, mask again, clear the cause.
 *
 * Context: boot.
 * Return:  0, or -EIO if the reset bit never clears.
 */
int e1000_reset_hw(struct e1000_adapter *a)
{
	u32 i, ctrl;

	e1000_write(a, E1000_IMC, ~0U);
	e1000_write(a, E1000_TCTL, E1000_TCTL_PSP);
	(void)e1000_read(a, E1000_STATUS); /* posts the writes */
	ctrl = e1000_read(a, E1000_CTRL);
	e1000_write(a, E1000_CTRL, ctrl | E1000_CTRL_RST);
	udelay(5);
	for (i = 0; e1000_read(a, E1000_CTRL) & E1000_CTRL_RST; i++) {
		if (i == 1000)
			return -EIO;
		udelay(1);
	}
	e1000_write(a, E1000_IMC, ~0U);
	(void)e1000_read(a, E1000_ICR);

	/* Set link up, detect the speed; no flow control, no VLAN. */
	ctrl = e1000_read(a, E1000_CTRL);
	ctrl |= E1000_CTRL_SLU | E1000_CTRL_ASDE;
	ctrl &= ~(E1000_CTRL_LRST | E1000_CTRL_ILOS | E1000_CTRL_PHY_RST |
		  E1000_CTRL_VME | E1000_CTRL_RFCE | E1000_CTRL_TFCE);
	e1000_write(a, E1000_CTRL, ctrl);
	e1000_write(a, E1000_FCAL, 0);
	e1000_write(a, E1000_FCAH, 0);
	e1000_write(a, E1000_FCT, 0);
	e1000_write(a, E1000_FCTTV, 0);
	return 0;
}

/**
 * e1000_read_mac() - The station address.
 * @a:   after e1000_reset_hw().
 * @mac: filled in, network order.
 *
 * From the EEPROM (section 5.6.1), else what the firmware left in the first
 * receive address (a machine whose EEPROM does not answer).
 *
 * Return: 0, or -ENODEV if neither holds a unicast address.
 */
int e1000_read_mac(struct e1000_adapter *a, u8 mac[ETH_ALEN])
{
	u32 low, high, i;
	u16 word = 0;

	for (i = 0; i < ETH_ALEN / 2; i++) {
		if (read_eeprom(a, EEPROM_MAC + i, &word) != 0)
			break;
		mac[2 * i] = (u8)word;
		mac[2 * i + 1] = (u8)(word >> 8);
	}
	if (i == ETH_ALEN / 2 && valid_mac(mac))
		return 0;
	low = e1000_read(a, E1000_RAL0);
	high = e1000_read(a, E1000_RAH0);
	for (i = 0; i < 4; i++)
		mac[i] = (u8)(low >> (8 * i));
	mac[4] = (u8)high;
	mac[5] = (u8)(high >> 8);
	return valid_mac(mac) ? 0 : -ENODEV;
}

/**
 * e1000_set_multicast() - Receive frames to all groups, or to none.
 * @a: after e1000_reset_hw().
 *
 * Section 13.5.1: every bit of the multicast table is some groups.
 */
void e1000_set_multicast(struct e1000_adapter *a)
{
	u32 all = a->netdev->flags & (IFF_PROMISC | IFF_ALLMULTI) ? ~0U : 0;
	u32 i;

	for (i = 0; i < E1000_MTA_WORDS; i++)
		e1000_write(a, E1000_MTA + 4 * i, all);
}

/**
 * e1000_set_mac() - Receive frames to @mac.
 * @a:   after e1000_reset_hw().
 * @mac: network order.
 *
 * Section 14.4: receive address 0, the others zero; the multicast table.
 */
void e1000_set_mac(struct e1000_adapter *a, const u8 mac[ETH_ALEN])
{
	u32 i;

	e1000_write(a, E1000_RAL0,
		    mac[0] | (u32)mac[1] << 8 | (u32)mac[2] << 16 |
			    (u32)mac[3] << 24);
	e1000_write(a, E1000_RAH0, mac[4] | (u32)mac[5] << 8 | E1000_RAH_AV);
	for (i = 1; i < E1000_RA_ENTRIES; i++) {
		e1000_write(a, E1000_RAL0 + 8 * i, 0);
		e1000_write(a, E1000_RAH0 + 8 * i, 0);
	}
	e1000_set_multicast(a);
}

/**
 * e1000_link_up() - Whether the device sees a link partner.
 * @a: after e1000_reset_hw().
 *
 * Return: STATUS.LU.
 */
bool e1000_link_up(const struct e1000_adapter *a)
{
	return e1000_read(a, E1000_STATUS) & E1000_STATUS_LU;
}

/* One access over MDIO takes about 64 us (13.4.6). */
static int mdio(struct e1000_adapter *a, u32 command, u32 *answer)
{
	u32 i, v;

	e1000_write(a, E1000_MDIC, command | E1000_MDIC_PHY_ADDR);
	for (i = 0; i < MDIC_POLLS; i++) {
		v = e1000_read(a, E1000_MDIC);
		if (v & E1000_MDIC_READY) {
			*answer = v;
			return v & E1000_MDIC_ERROR ? -EIO : 0;
		}
		udelay(1);
	}
	return -ETIMEDOUT;
}

/**
 * e1000_phy_read() - A register of the transceiver.
 * @a:     after e1000_reset_hw().
 * @reg:   its number (IEEE 802.3, 22.2.4).
 * @value: filled.
 *
 * Return: 0; -EIO; -ETIMEDOUT.
 */
int e1000_phy_read(struct e1000_adapter *a, u32 reg, u16 *value)
{
	u32 v = 0;
	int err = mdio(a, E1000_MDIC_OP_READ | reg << E1000_MDIC_REG_SHIFT, &v);

	*value = (u16)v;
	return err;
}

/**
 * e1000_phy_write() - The same, written.
 * @a:     after e1000_reset_hw().
 * @reg:   its number.
 * @value: what to write.
 *
 * Return: 0; -EIO; -ETIMEDOUT.
 */
int e1000_phy_write(struct e1000_adapter *a, u32 reg, u16 value)
{
	u32 v;

	return mdio(a,
		    E1000_MDIC_OP_WRITE | reg << E1000_MDIC_REG_SHIFT | value,
		    &v);
}

/**
 * e1000_set_vlan() - Whether the device puts tags in, and takes them out.
 * @a:      after e1000_reset_hw().
 * @insert: both, as it is one switch (CTRL.VME, 9.2); e1000_rx.c puts back what
 *          was taken out.
 */
void e1000_set_vlan(struct e1000_adapter *a, bool insert)
{
	u32 ctrl = e1000_read(a, E1000_CTRL) & ~(u32)E1000_CTRL_VME;

	e1000_write(a, E1000_VET, ETH_P_8021Q);
	e1000_write(a, E1000_CTRL, insert ? ctrl | E1000_CTRL_VME : ctrl);
}

/**
 * e1000_set_moderation() - Make interrupts as rare as a->itr_us and a->tx_us.
 * @a: after e1000_reset_hw().
 *
 * ITR counts 256 ns (13.4.18). A completion waits TIDV for another one and
 * never longer than TADV (13.4.42, 13.4.45), both of 1.024 us; 0 is not
 * allowed there.
 */
void e1000_set_moderation(struct e1000_adapter *a)
{
	u32 delay = max((a->tx_us * 1000 + 1023) / 1024, 1U);

	e1000_write(a, E1000_ITR, a->itr_us * 1000 / 256);
	e1000_write(a, E1000_TIDV, delay);
	e1000_write(a, E1000_TADV, 2 * delay);
}
