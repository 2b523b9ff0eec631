#!/bin/sh
# Runs a command with a Slurm cluster of one node, this machine, and ends with the status of the command:
#
#   scripts/with_slurm.sh sbatch --wait job.sbatch
#
# The cluster is private: it listens on the loopback, and keys, sockets, state and logs lie in a folder of their own, which is removed
# at the end together with everything that was started. SLURM_CONF names its configuration. It has no accounting database, so there is
# no sacct; finished jobs are listed in $SLURM_JOBS. Installs munge and slurm-wlm (Debian) where they are absent; ends with 3 where
# that fails. Jobs that are requeued start again after seconds, instead of the usual two minutes.
set -eu

if ! command -v slurmctld slurmd munged sbatch >/dev/null; then
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends slurm-wlm munge; } >/dev/null 2>&1 || {
        echo "with_slurm.sh: cannot install slurm-wlm and munge" >&2
        exit 3
    }
fi

place=$(mktemp --directory)
SLURM_CONF=$place/slurm.conf
SLURM_JOBS=$place/jobs.txt
export SLURM_CONF SLURM_JOBS

# The processes of this cluster, whoever started them: all that were told its configuration.
ours() {
    grep --files-with-matches --text "SLURM_CONF=$SLURM_CONF" /proc/[0-9]*/environ 2>/dev/null | cut --delimiter=/ --fields=3
}

stop() {
    trap '' INT TERM HUP
    for signal in TERM TERM KILL; do
        processes=$(ours) || break
        kill -s $signal $processes 2>/dev/null || true
        sleep 1
    done
    rm -rf "$place"
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

dd if=/dev/urandom bs=128 count=1 of="$place/munge.key" 2>/dev/null
chmod 400 "$place/munge.key"
mkdir "$place/state" "$place/spool"
host=$(hostname -s)
user=$(id -un)
ports=$(python3 -c 'import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in sockets))')
cat >"$SLURM_CONF" <<EOF
ClusterName=private
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports% *}
SlurmdPort=${ports#* }
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$place/munge.socket,cred_expire=5
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/slurmctld.log
SlurmdLogFile=$place/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,bf_interval=2
JobAcctGatherType=jobacct_gather/linux
JobCompType=jobcomp/filetxt
JobCompLoc=$SLURM_JOBS
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=${SLURM_CPUS:-$(nproc)} RealMemory=$(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE
EOF

# With --force, munged accepts folders that others may look into.
munged --force --key-file="$place/munge.key" --socket="$place/munge.socket" --pid-file="$place/munged.pid" \
    --log-file="$place/munged.log" --seed-file="$place/munged.seed"
slurmctld
slurmd
for _ in $(seq 100); do
    ! sinfo --noheader --format=%t 2>/dev/null | grep -qx idle || break
    sleep 0.2
done
if ! sinfo --noheader --format=%t 2>/dev/null | grep -qx idle; then
    tail -n 5 "$place"/*.log >&2
    echo "with_slurm.sh: Slurm does not start" >&2
    exit 3
fi
"$@"
