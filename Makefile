# SPDX-License-Identifier: MIT
# Doorbell's only Makefile. `make help` lists the targets.

CROSS_COMPILE ?=
ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
AR	:= $(CROSS_COMPILE)ar
NM	:= $(CROSS_COMPILE)nm
OBJCOPY := $(CROSS_COMPILE)objcopy
HOSTCC	?= $(if $(CROSS_COMPILE),gcc,$(CC))
PYTHON	?= /usr/bin/python3
B	:= build
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH

# --- sources: every .c of a folder; a new file needs no edit here -----------
STACK_DIRS := lib net/core net/sched net/netfilter net/ethernet net/ipv4 \
	net/netlink net/packet net/unix net
GUEST_DIRS := $(STACK_DIRS) kernel drivers/pci drivers/net/e1000 boot
HOST_DIRS  := $(STACK_DIRS) tests/fixtures tests/path tests/host
PKT_DIRS   := tests/packetdrill/runner
SIM_SRCS   := $(sort $(wildcard tests/netsim/*.c)) tests/packetdrill/stack_sysctl.c
COST_SRCS  := tests/bench/cost/doorbell.c tests/bench/cost/peer.c \
	tests/host/platform.c tests/host/platform_task.c
TEST_DIRS  := $(GUEST_DIRS) tests/fixtures tests/path tests/guest

srcs = $(sort $(foreach d,$(1),$(wildcard $(d)/*.c $(d)/*.S)))
PLAIN_SRCS := $(filter-out %_test.c,$(call srcs,$(GUEST_DIRS)))
TEST_SRCS  := $(call srcs,$(TEST_DIRS))
HOST_SRCS  := $(call srcs,$(HOST_DIRS))
SO_SRCS    := $(filter-out %_test.c lib/kunit.c,$(call srcs,$(STACK_DIRS))) \
	tests/host/platform.c $(call srcs,tests/packetdrill) \
	tests/packetdrill/preload/folder.c
PRELOAD_SRCS := $(call srcs,tests/packetdrill/preload)

# --- flags ------------------------------------------------------------------
WARN := -Wall -Wextra -Werror -Wshadow -Wundef -Wvla -Wdate-time \
	-Wmissing-prototypes -Wstrict-prototypes -Wno-unused-parameter \
	-Wno-sign-compare -Wno-gnu-variable-sized-type-not-at-end
BASE := -std=gnu11 -I. $(WARN) -fno-strict-aliasing -fno-strict-overflow \
	-ffile-prefix-map=$(CURDIR)=. -g -MMD -MP
# gcc 12 takes the list head behind a cast for an array overrun.
GUEST_CFLAGS = $(BASE) $(if $(filter-out $(COLD),$(filter $(HOT),$<)),-O2,-Os) -Wno-array-bounds -ffreestanding -fno-pic \
	-fno-pie -fno-common -mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
	-fno-stack-protector -fno-asynchronous-unwind-tables
# The way of a packet is built for speed, all else for size.
COLD := net/netlink/% net/unix/% net/packet/% net/core/filter.c \
	net/core/ethtool.c net/core/net_sysfs.c net/core/dev_registry.c \
	$(addprefix net/ipv4/,arp_ioctl.c devinet%.c dhcp.c icmp.c ipconfig.c \
	ip_options.c ip_sockglue.c ping.c proc%.c raw.c route_config.c \
	sysctl_net_ipv4.c tcp_fastopen%.c tcp_info.c tcp_sockopt.c)
HOT := net/% drivers/net/% lib/checksum.c lib/fdtable.c lib/rbtree.c \
	lib/read_write.c lib/siphash.c lib/softirq.c lib/timer.c lib/uio.c \
	lib/wait.c kernel/page_alloc.c kernel/slab.c kernel/string.c \
	kernel/syscall.c kernel/time.c kernel/uaccess.c
HOST_CFLAGS := $(BASE) -O1 -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined
# Inside another program: no sanitizer, and no name that could meet its names.
# The simulator for figures: fast. For faults: as the suites.
SIM_CFLAGS := $(BASE) -O2
SO_CFLAGS := $(BASE) -O2 -fPIC -fvisibility=hidden
PRELOAD_CFLAGS := $(BASE) -O2 -fPIC

# --- one rule template per flavour -----------------------------------------
# $(call flavour,name,compiler,flags,sources)
define flavour
$(1)_OBJS := $$(patsubst %,$(B)/$(1)/%.o,$$(basename $(4)))
$(1)_LIBS := $$(sort $$(patsubst %/,%.a,$$(dir $$($(1)_OBJS))))
$(B)/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(Q)$(2) $$($(3)) -c $$< -o $$@
$(B)/$(1)/%.o: %.S
	@mkdir -p $$(@D)
	$$(Q)$(2) $$($(3)) -c $$< -o $$@
-include $$($(1)_OBJS:.o=.d)
endef
Q := $(if $(V),,@)
$(eval $(call flavour,guest,$(CC),GUEST_CFLAGS,$(PLAIN_SRCS)))
$(eval $(call flavour,test,$(CC),GUEST_CFLAGS,$(TEST_SRCS)))
$(eval $(call flavour,host,$(HOSTCC),HOST_CFLAGS,$(HOST_SRCS)))
$(eval $(call flavour,pkt,$(HOSTCC),HOST_CFLAGS,$(call srcs,$(PKT_DIRS)) \
	tests/packetdrill/stack_sysctl.c tests/packetdrill/stack_route.c))
$(eval $(call flavour,sim,$(HOSTCC),SIM_CFLAGS,$(SIM_SRCS) tests/host/platform.c \
	tests/host/platform_task.c $(filter-out %_test.c,$(call srcs,$(STACK_DIRS)))))
$(eval $(call flavour,cost,$(HOSTCC),SIM_CFLAGS,$(COST_SRCS) \
	$(filter-out %_test.c lib/kunit.c,$(call srcs,$(STACK_DIRS)))))
# Of these the simulator counts basic blocks.
COUNT_SRCS := $(filter-out %_test.c,$(wildcard net/ipv4/tcp*.c)) lib/rbtree.c \
	lib/timer.c net/core/skbuff.c net/core/sock.c net/core/stream.c
COUNT_CFLAGS := $(SIM_CFLAGS) -fsanitize-coverage=trace-pc
$(eval $(call flavour,count,$(HOSTCC),COUNT_CFLAGS,$(COUNT_SRCS)))
$(eval $(call flavour,simtest,$(HOSTCC),HOST_CFLAGS,$(SIM_SRCS)))
$(eval $(call flavour,so,$(HOSTCC),SO_CFLAGS,$(SO_SRCS)))
$(eval $(call flavour,preload,$(HOSTCC),PRELOAD_CFLAGS,$(PRELOAD_SRCS)))

# --- targets ----------------------------------------------------------------
.DEFAULT_GOAL := all
# --- the image: two links, the second with the first one's symbols ----------
LD	:= $(CROSS_COMPILE)ld
GUEST_LD := $(LD) -nostdlib -static -T linker.ld --build-id=none \
	-z max-page-size=4096 -z noexecstack --no-warn-rwx-segments
# The test image steps between callers and these, with nothing for it in the
# plain one (tests/guest/platform_hooks.c).
TEST_WRAPS := kmalloc kfree kmem_cache_alloc kmem_cache_free alloc_pages \
	free_page_run copy_from_user copy_to_user \
	csum_and_copy_from_user pin_user_page task_files cpu_idle \
	ktime_get_ns ktime_get_real_ns clock_arm kunit_run_all \
	task_signal_pending task_raise_signal nr_free_pages
test_WRAP := $(addprefix --wrap=,$(TEST_WRAPS))
# $(call image,file,flavour)
define image
$(B)/$(1): $$($(2)_OBJS) linker.ld tools/kallsyms.py
	$$(Q)$$(GUEST_LD) $$($(2)_WRAP) -o $(B)/$(2).link1 $$($(2)_OBJS)
	$$(Q)$$(NM) -n $(B)/$(2).link1 | $$(PYTHON) tools/kallsyms.py \
		> $(B)/$(2).kallsyms.S
	$$(Q)$$(CC) $$(GUEST_CFLAGS) -c $(B)/$(2).kallsyms.S \
		-o $(B)/$(2).kallsyms.o
	$$(Q)$$(GUEST_LD) $$($(2)_WRAP) -o $$@ $$($(2)_OBJS) $(B)/$(2).kallsyms.o
endef
$(eval $(call image,doorbell.elf,guest))
$(eval $(call image,doorbell-test.elf,test))

$(B)/doorbell.iso: $(B)/doorbell.elf $(B)/doorbell-test.elf boot/grub.cfg
	$(Q)rm -rf $(B)/iso && mkdir -p $(B)/iso/boot/grub
	$(Q)$(OBJCOPY) --strip-debug $(B)/doorbell.elf \
		$(B)/iso/boot/doorbell.elf
	$(Q)$(OBJCOPY) --strip-debug $(B)/doorbell-test.elf \
		$(B)/iso/boot/doorbell-test.elf
	$(Q)cp boot/grub.cfg $(B)/iso/boot/grub/grub.cfg
	$(Q)grub-mkrescue -o $@ $(B)/iso >$(B)/iso.log 2>&1 || \
		{ cat $(B)/iso.log; exit 1; }

QEMU	?= qemu-system-x86_64
QEMU_FLAGS := -accel tcg -m 128 -nodefaults -no-reboot -display none \
	-serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4

# No file has the name of a target that help lists.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*##.*/\1/p' $(MAKEFILE_LIST)) pkt-ktap \
	pkt-guest-ktap

all: $(B)/doorbell.elf apps ## the image and its programs

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16

$(B)/host/doorbell-tests: $(host_OBJS)
	$(Q)$(HOSTCC) -fsanitize=address,undefined -o $@ $^

host-test: $(B)/host/doorbell-tests ## the suites on the host (ASan, UBSan); SUITE=glob
	$(Q)$(PYTHON) tools/ktap.py --name host -- $< $(SUITE)

$(B)/host/pkt: $(filter-out %/main.o,$(host_OBJS)) $(pkt_OBJS)
	$(Q)$(HOSTCC) -fsanitize=address,undefined -o $@ $^

PKT_SCRIPTS = $(sort $(wildcard $(or $(SCRIPT), \
	tests/packetdrill/scripts/*/*.pkt tests/packetdrill/wrong/*.pkt)))
pkt: $(B)/host/pkt ## packetdrill scripts in virtual time; SCRIPT=glob
	$(Q)$(PYTHON) tools/ktap.py --name pkt -- $< $(PKT_SCRIPTS)
pkt-ktap: $(B)/host/pkt
	@$< $(PKT_SCRIPTS)

$(B)/pkt-guest.elf: $(B)/doorbell.elf $(B)/apps/agent
	$(Q)$(DOORBELL) image --ip 192.168.0.1:::255.0.0.0::eth0:off \
		--append "quiet doorbell.stats" -o $@ agent >/dev/null
PKT_GUEST = $(B)/host/pkt --guest --image $(B)/pkt-guest.elf $(PKT_SCRIPTS)
pkt-guest: $(B)/host/pkt $(B)/pkt-guest.elf ## the same in the booted image, in real time; SCRIPT=glob
	$(Q)$(PYTHON) tools/ktap.py --name pkt-guest -- $(PKT_GUEST)
pkt-guest-ktap: $(B)/host/pkt $(B)/pkt-guest.elf
	@$(PKT_GUEST)

$(B)/host/netsim: $(sim_OBJS)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -o $@ $^

# Callgrind counts in these: one operation of ours, the same one of lwIP's.
$(B)/host/cost-doorbell: $(cost_OBJS)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -o $@ $^
$(B)/host/cost-lwip: tests/bench/cost/lwip.c tests/bench/cost/peer.c
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -O2 -Wall -Wextra -Wno-address -I. -I/usr/include/lwip \
		-o $@ $^ -llwip
$(B)/host/netsim-count: $(filter-out $(COUNT_SRCS:%.c=$(B)/sim/%.o),$(sim_OBJS)) \
	$(count_OBJS)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -o $@ $^

$(B)/host/netsim-tests: $(filter-out %_test.o %/main.o,$(host_OBJS)) $(simtest_OBJS)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -fsanitize=address,undefined -o $@ $^

$(B)/host/libdoorbell-packetdrill.so: $(so_OBJS)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -shared -Wl,-Bsymbolic -Wl,-z,defs -o $@ $^ -lpthread

$(B)/host/libdoorbell-preload.so: $(preload_OBJS)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -shared -Wl,-z,defs -o $@ $^ -ldl

packetdrill-lib: $(B)/host/libdoorbell-packetdrill.so \
	$(B)/host/libdoorbell-preload.so ## the stack behind packetdrill --so_filename=

NETSIM	:= $(B)/host/netsim $(B)/host/netsim-tests $(B)/host/netsim-count
netsim: $(B)/host/netsim ## the simulator's table against the stored one; UPDATE=1
	@$(PYTHON) tests/netsim/table.py $(if $(UPDATE),--update)

plots: setup-plots ## docs/plots/*.svg: congestion control in the simulator
	@$(MAKE) $(QUICK) $(B)/host/netsim
	@$(PYTHON) tests/netsim/plots.py

packetdrill: packetdrill-lib ## PACKETDRILL=program SUITE=folder: passes by folder
	$(Q)test -n "$(PACKETDRILL)" -a -n "$(SUITE)" || { echo "say" \
		"PACKETDRILL=program SUITE=folder (docs/PACKETDRILL.md)"; exit 2; }
	$(Q)$(PYTHON) tests/packetdrill/run.py --lib $(B)/host \
		$(PACKETDRILL) $(SUITE)

image: $(B)/doorbell.elf ## the bootable image

iso: $(B)/doorbell.iso ## the image behind GRUB, for any PC

# QEMU's debug-exit device ends with (status << 1) | 1.
guest-test: $(B)/doorbell-test.elf ## the suites in the booted image; SUITE=glob
	$(Q)$(PYTHON) tools/ktap.py --name guest --status 1 -- $(QEMU) \
		$(QEMU_FLAGS) -kernel $< -append "kunit=$(or $(SUITE),*)"
	$(Q)for c in null stack rodata nx ud panic; do \
		$(QEMU) $(QEMU_FLAGS) -kernel $< \
			-append "kunit=crash crash=$$c" >$(B)/crash.log; \
		test $$? = 255 && grep -q 'Call trace' $(B)/crash.log || \
			{ cat $(B)/crash.log; \
			echo "crash=$$c: no report"; exit 1; }; done

# --- programs: one folder each, nothing of the project in them --------------
APPS	:= $(notdir $(patsubst %/,%,$(wildcard apps/*/)))
APP_CC	?= musl-gcc
APP_CFLAGS := -static -O2 -I. -Wall -Wextra -Werror -std=gnu11 \
	-ffile-prefix-map=$(CURDIR)=.
apps: $(APPS:%=$(B)/apps/%) ## the programs of apps/, static, for the guest
$(B)/apps/%: apps/%/*.[ch]
	@mkdir -p $(@D)
	$(Q)$(APP_CC) $(APP_CFLAGS) -o $@ $(filter %.c,$^)

size: $(B)/doorbell.elf ## the stripped image's bytes, at most 600 KiB
	$(Q)$(OBJCOPY) --strip-all $< $(B)/doorbell.stripped
	$(Q)size=$$(stat -c %s $(B)/doorbell.stripped); \
	echo "doorbell.elf stripped: $$size bytes"; test $$size -le 614400

repro: ## two clean builds in different folders give the same image
	$(Q)rm -rf $(B)/repro && mkdir -p $(B)/repro
	$(Q)for d in one two-longer; do \
		git archive --prefix=$$d/ HEAD | tar x -C $(B)/repro && \
		$(MAKE) -s -C $(B)/repro/$$d build/doorbell.elf || exit 1; done
	$(Q)cd $(B)/repro && sha256sum */build/doorbell.elf && \
		cmp one/build/doorbell.elf two-longer/build/doorbell.elf

# --- what people use: each makes sure of its packages first ------------------
DOORBELL := $(PYTHON) tools/doorbell
NET	?= user
NEEDED	:= $(B)/doorbell.elf
QUICK	= --no-print-directory -s -j$$(nproc)
setup-%:
	@tools/setup $*

run: setup-run ## boot, send a file to a listener here, report; FILE= NET=tap
	@$(MAKE) $(QUICK) $(NEEDED) apps
	@$(DOORBELL) transfer --net $(NET) $(FILE)

test: setup-test ## every test: host suites, guest suites, end to end
	@$(MAKE) $(QUICK) $(NEEDED) apps iso \
		$(B)/doorbell-test.elf $(B)/host/doorbell-tests $(B)/host/pkt \
		$(NETSIM)
	@$(PYTHON) tools/runtests.py $(PARTS)

bench-icount: $(NEEDED) apps ## guest instructions per packet, by stage
	@$(PYTHON) tools/bench_icount.py

bench-scale: $(NEEDED) apps $(B)/host/netsim-count ## a packet's cost over sockets, flows, sizes
	@$(PYTHON) tools/bench_scale.py

bench-userland: setup-bench $(NEEDED) apps ## ip addr to the prompt; iperf3 beside Linux's
	@$(PYTHON) tools/bench_userland.py $(BENCH)

bench-sockets: $(NEEDED) apps ## 200,000 sockets in 512 MiB: memory, costs
	@$(DOORBELL) run --net none --icount --mem 512 sockets hold \
		$(or $(CONNECTIONS),100000)

bench-profile: $(NEEDED) apps ## the same by function: KIND=tcp.1460; CODE=1
	@$(PYTHON) tools/bench_icount.py \
		$(if $(CODE),--code,--functions) $(or $(KIND),udp.18)

bench: setup-bench ## rates beside Linux's and the device's, costs; ROUNDS=5
	@$(MAKE) $(QUICK) $(NEEDED) apps $(B)/doorbell-test.elf \
		$(B)/host/cost-doorbell $(B)/host/cost-lwip \
		$(B)/host/netsim-count
	@$(PYTHON) tools/bench.py $(if $(ROUNDS),--rounds $(ROUNDS)) $(BENCH)

shell: setup-shell ## an interactive shell; WITH=iperf3,curl,... PEER='iperf3 -s'
	@$(MAKE) $(QUICK) $(NEEDED) apps
	@$(DOORBELL) shell $(if $(WITH),--with $(WITH)) \
		$(if $(PEER),--peer '$(PEER)') || [ $$? -ne 125 ]

debug: $(NEEDED) apps ## QEMU waits for gdb; PROG="hello ARG..."
	@echo "in another terminal: gdb -x tools/gdb/doorbell.gdb"
	@$(DOORBELL) run --gdb $(or $(PROG),hello)

lint: setup-lint ## clang's warnings, sparse, cppcheck, clang-tidy, headers, comments
	@$(MAKE) $(QUICK) CC=clang B=$(B)/clang $(B)/clang/doorbell-test.elf \
		$(B)/clang/host/doorbell-tests
	@$(PYTHON) tools/lint.py

layers: $(guest_OBJS) ## who includes and who calls whom: tools/layers.txt
	@$(PYTHON) tools/layers.py --nm $(NM) --objects $(B)/guest

format: ## rewrite by .clang-format what differs from it; CHECK=1 only tells
	@$(PYTHON) tools/format.py $(if $(CHECK),--check)

clean: ## remove build/
	$(Q)rm -rf $(B)
