# A PostgreSQL of one test run: made, served, and removed when the input ends, however it ends.
# Arguments: the folder of PostgreSQL's programs, a place for its files, a port.
set -eu
programs=$1 port=$3
folder=$(mktemp -d "$2/proscenium-postgres.XXXXXX")
remove() {
    "$programs/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap remove EXIT
cd "$folder"
"$programs/initdb" -D data -U app -A trust -E UTF8 --locale=C --no-sync >log 2>&1 || { cat log; exit 1; }
# Nothing of it has to survive a power cut.
options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=200"
options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB"
"$programs/pg_ctl" -D data -w -t 60 -l log -o "$options" start >/dev/null || { cat log; exit 1; }
echo "ready $folder"
cat >/dev/null
