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
STACK_DIRS := lib net/core net/sched net/netfilter net/ethernet net/ipv4 net
GUEST_DIRS := $(STACK_DIRS) kernel drivers/pci drivers/net/e1000 boot
HOST_DIRS  := $(STACK_DIRS) tests/fixtures tests/path tests/host
TEST_DIRS  := $(GUEST_DIRS) tests/fixtures tests/path tests/guest

srcs = $(sort $(foreach d,$(1),$(wildcard $(d)/*.c $(d)/*.S)))
PLAIN_SRCS := $(filter-out %_test.c,$(call srcs,$(GUEST_DIRS)))
TEST_SRCS  := $(call srcs,$(TEST_DIRS))
HOST_SRCS  := $(call srcs,$(HOST_DIRS))

# --- flags ------------------------------------------------------------------
WARN := -Wall -Wextra -Werror -Wshadow -Wundef -Wvla -Wdate-time \
	-Wmissing-prototypes -Wstrict-prototypes -Wno-unused-parameter \
	-Wno-sign-compare
BASE := -std=gnu11 -I. $(WARN) -fno-strict-aliasing -fno-strict-overflow \
	-ffile-prefix-map=$(CURDIR)=. -g -MMD -MP
GUEST_CFLAGS := $(BASE) -O2 -ffreestanding -fno-pic -fno-pie -fno-common \
	-mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
	-fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-omit-frame-pointer
HOST_CFLAGS := $(BASE) -O1 -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=undefined

HOST_LDFLAGS := -no-pie -Wl,--unresolved-symbols=ignore-all

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

# --- targets ----------------------------------------------------------------
.DEFAULT_GOAL := all
.PHONY: all help test host-test clean

all: $(B)/host/doorbell-tests ## build everything

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16

$(B)/host/doorbell-tests: $(host_OBJS)
	$(Q)$(HOSTCC) -fsanitize=address,undefined $(HOST_LDFLAGS) -o $@ $^

host-test: $(B)/host/doorbell-tests ## the suites on the host (ASan, UBSan); SUITE=glob
	$(Q)$(PYTHON) tools/ktap.py --name host -- $< $(SUITE)

test: host-test ## every test
	@$(PYTHON) tools/ktap.py --name total -- $(B)/host/doorbell-tests | sed 's/^total: //'

clean: ## remove build/
	$(Q)rm -rf $(B)
