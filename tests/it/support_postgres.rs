//! How do tests come to a real PostgreSQL? One server for all of them, started when the first asks, gone with the last.
//!
//! It listens on a socket and on this machine's loopback with TLS, runs as an ordinary user also where the tests are root,
//! and waits for no disk. A shell holds it: it ends the server and removes its folder when the tests end, however they end.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The password of the role `page_oncall`, which only the loopback asks for.
pub(crate) const PASSWORD: &str = "synthetic-store-password";

/// The server of this run.
pub(crate) static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

/// A running server.
pub(crate) struct Server {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
    /// Held open as long as the server is wanted.
    _wanted: ChildStdin,
    _shell: Child,
}

/// Makes the server, starts it in the background, and ends it when nobody holds the input any more. `$AS` is what makes a
/// command run as the server's user.
const SCRIPT: &str = r#"
set -e
cd "$FOLDER"
key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
openssl req -x509 $key -days 2 -subj /CN=root -keyout root.key -out root.crt 2>/dev/null
openssl req $key -subj /CN=localhost -keyout server.key -out server.csr 2>/dev/null
echo subjectAltName=DNS:localhost >names
openssl x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -days 2 -extfile names -out server.crt \
    2>/dev/null
chmod 600 server.key
[ -z "$AS" ] || chown -R postgres .
$AS "$PROGRAMS/initdb" -D data -U owner --no-sync --no-locale -E UTF8 -A trust >/dev/null
printf 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n' >data/pg_hba.conf
$AS "$PROGRAMS/postgres" -D data -k "$FOLDER" -p "$PORT" -c listen_addresses=127.0.0.1 -c fsync=off \
    -c max_connections=600 -c shared_buffers=32MB -c ssl=on -c ssl_cert_file="$FOLDER/server.crt" \
    -c ssl_key_file="$FOLDER/server.key" -c max_prepared_transactions=0 2>&1 &
server=$!
read -r nobody || true
kill -INT $server
wait $server || true
cd /
rm -rf "$FOLDER"
"#;

impl Server {
    fn start() -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("postgres-").tempdir().unwrap().keep();
        // Others on this machine could take it meanwhile, which would show at once.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", SCRIPT]).env("FOLDER", &folder).env("PROGRAMS", &programs).env("PORT", port.to_string());
        // PostgreSQL refuses to run as root.
        let as_user = if is_root() { "setpriv --reuid=postgres --regid=postgres --clear-groups" } else { "" };
        shell.env("AS", as_user).stdin(Stdio::piped()).stdout(Stdio::piped());
        // A terminal's Ctrl-C ends the tests; the shell sees that by itself.
        let mut shell = shell.process_group(0).spawn().unwrap();
        let wanted = shell.stdin.take().unwrap();
        let mut lines = BufReader::new(shell.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut told = Vec::new();
        while !told.last().is_some_and(|line: &String| line.contains("ready to accept connections")) {
            told.push(lines.next().unwrap_or_else(|| panic!("PostgreSQL does not start: {told:#?}")));
        }
        // It stops when nobody reads what it says.
        std::thread::spawn(move || lines.for_each(drop));
        let server = Self { folder, programs, port, _wanted: wanted, _shell: shell };
        server.tell("owner", "postgres", &format!("CREATE ROLE page_oncall LOGIN PASSWORD '{PASSWORD}'"));
        server.tell("owner", "postgres", "CREATE DATABASE pages OWNER page_oncall");
        server
    }

    /// Does as `role` what a statement says, and gives back what it prints.
    pub(crate) fn tell(&self, role: &str, database: &str, statement: &str) -> String {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", role, "-d", database, "-c", statement]);
        let done = psql.arg("-h").arg(&self.folder).args(["-p", &self.port.to_string()]).output().unwrap();
        assert!(done.status.success(), "{statement}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    /// The URL of a database by the socket, where no password is asked for.
    pub(crate) fn by_socket(&self, database: &str) -> String {
        format!("postgres://page_oncall@localhost:{}/{database}?host={}", self.port, self.folder.display())
    }

    /// The URL of a database by the loopback, where one is.
    pub(crate) fn by_loopback(&self, database: &str) -> String {
        format!("postgres://page_oncall@localhost:{}/{database}", self.port)
    }

    /// The root of the certificate by which the server proves itself.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("root.crt")
    }

    /// A new schema of the database `pages`: a test's own.
    pub(crate) fn schema(&self) -> Schema {
        static COUNT: AtomicUsize = AtomicUsize::new(1);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::SeqCst));
        self.tell("page_oncall", "pages", &format!("CREATE SCHEMA {name}"));
        Schema { name }
    }
}

/// An empty schema of the database `pages`.
pub(crate) struct Schema {
    pub(crate) name: String,
}

impl Schema {
    /// The URL of the page log in it.
    pub(crate) fn url(&self) -> String {
        format!("{}&options[search_path]={}", SERVER.by_socket("pages"), self.name)
    }

    /// Does in it what a statement says, as the log's own role; `Err` is what the server said.
    pub(crate) fn tell(&self, statement: &str) -> String {
        SERVER.tell("page_oncall", "pages", &format!("SET search_path = {}; {statement}", self.name))
    }
}

/// The folder of the newest server's programs.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let version = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let mut known: Vec<PathBuf> =
        versions.map(|entry| entry.path()).filter(|it| it.join("bin/initdb").exists()).collect();
    known.sort_by_key(|folder| version(folder));
    known.pop().expect("PostgreSQL is missing: run .ci/tools first").join("bin")
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    String::from_utf8_lossy(&id).trim() == "0"
}
