#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run packetdrill scripts against the host build; count passes by folder.

Each script runs in its own process, in virtual time. A failure's first line
is shown; -v shows all of it. The exit status is 0 when every script passed.
"""
import argparse
import collections
import concurrent.futures
import os
import re
import subprocess
import sys

LOCAL, REMOTE = '192.168.0.1', '192.0.2.1'
OPTIONS = ['--ip_version=ipv4', f'--gateway_ip={LOCAL}',
           '--netmask_ip=255.255.0.0', '--send_omit_free',
           '-D', 'TFO_COOKIE=3021b9d889017eeb', '-D', 'CODE=host_unreachable',
           '-D', 'CMSG_LEVEL_IP=SOL_IP', '-D', 'CMSG_TYPE_RECVERR=IP_RECVERR']
TIME_LIMIT_S = 60


def scripts_below(path):
    if os.path.isfile(path):
        return [path]
    return sorted(os.path.join(folder, name)
                  for folder, _, names in os.walk(path)
                  for name in names if name.endswith('.pkt'))


def own_option(path, name, default):
    """What a script says of itself: the device is made before it is read, and
    an option of the command line would win over the script's."""
    with open(path, encoding='utf-8', errors='replace') as file:
        found = re.search(rf'^--{name}=(\S+)', file.read(), re.M)
    return found.group(1) if found else default


def run_one(args, path):
    """Return (passed, output)."""
    lib = os.path.abspath(os.path.join(args.lib, 'libdoorbell-packetdrill.so'))
    preload = os.path.abspath(os.path.join(args.lib, 'libdoorbell-preload.so'))
    local = own_option(path, 'local_ip', LOCAL)
    remote = own_option(path, 'remote_ip', REMOTE)
    flags = f'local={local}/16,mtu={own_option(path, "mtu", "1500")},' \
            f'mss={own_option(path, "mss", "0")}'
    # `env` sets the preload, so that nothing of this process's gets it.
    # The namespace is a second fence between a script and this machine.
    command = [*(['unshare', '-n'] if os.geteuid() == 0 else []), 'env', f'LD_PRELOAD={preload}',
               os.path.abspath(args.packetdrill), f'--so_filename={lib}',
               f'--so_flags={flags}', f'--local_ip={local}',
               f'--remote_ip={remote}', *OPTIONS, os.path.basename(path)]
    try:
        done = subprocess.run(command, cwd=os.path.dirname(path) or '.',
                              stdin=subprocess.DEVNULL, timeout=TIME_LIMIT_S,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        return False, f'no end within {TIME_LIMIT_S} s'
    return done.returncode == 0, done.stdout.decode(errors='replace')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--lib', required=True, help='folder of the libraries')
    parser.add_argument('-j', type=int, default=os.cpu_count(), dest='jobs')
    parser.add_argument('-v', action='store_true', dest='verbose')
    parser.add_argument('packetdrill', help='the program')
    parser.add_argument('suite', help='a script or a folder of them')
    args = parser.parse_args()
    paths = scripts_below(args.suite)
    if not paths:
        sys.exit(f'{args.suite}: no .pkt file')
    total = collections.Counter()
    passed = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = pool.map(lambda path: run_one(args, path), paths)
        for path, (good, output) in zip(paths, results):
            folder = os.path.relpath(os.path.dirname(path) or '.', args.suite)
            total[folder] += 1
            passed[folder] += good
            if good:
                continue
            output = output.strip() or 'no message'
            print(f'FAIL {os.path.relpath(path, args.suite)}: '
                  f'{output if args.verbose else output.splitlines()[0]}')
    for folder in sorted(total):
        print(f'{passed[folder]:4} / {total[folder]:4}  {folder}')
    print(f'{sum(passed.values()):4} / {sum(total.values()):4}  in all')
    return sum(passed.values()) != sum(total.values())


if __name__ == '__main__':
    sys.exit(main())
