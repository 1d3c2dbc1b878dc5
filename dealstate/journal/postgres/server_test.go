package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// server is the cluster that all tests share, each with a schema of its own.
var server *cluster

// TestMain starts a real PostgreSQL: a missing one fails the tests, and never skips them.
func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if os.Getenv(childURL) != "" {
		return m.Run() // a writer of a test that has a cluster already
	}
	var err error
	if server, err = newCluster(); err != nil {
		fmt.Fprintln(os.Stderr, "the tests need a PostgreSQL of their own:", err)
		return 1
	}
	defer server.remove()
	return m.Run()
}

// cluster is a PostgreSQL cluster in a temporary directory, on a port of its own. Who made
// it owns its processes.
type cluster struct {
	dir     string
	bin     string // of postgres and initdb
	port    int
	as      *syscall.Credential // who runs it; nil: who runs the tests
	args    []string            // further ones of the server
	running *exec.Cmd           // a shell that ends the server when its input does; nil: it is down
	input   io.Closer           // of the shell
}

// newCluster makes a cluster and starts it, with further arguments of the server.
func newCluster(args ...string) (*cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	c := &cluster{bin: bin, args: args}
	if c.dir, err = os.MkdirTemp("", "dealstate-postgres-"); err != nil {
		return nil, err
	}
	if err := c.own(); err != nil {
		return nil, err
	}
	if out, err := c.command(filepath.Join(bin, "initdb"), "-D", c.data(), "-U", "dealstate", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	if c.port, err = freePort(); err != nil {
		return nil, err
	}
	return c, c.start()
}

// binaries finds the directory of the server, in the PATH or where Debian puts it.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", errors.New("no initdb in the PATH or under /usr/lib/postgresql; setup.sh installs it")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// own gives the directory to somebody else where root runs the tests, for as root the
// server refuses to run.
func (c *cluster) own() error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	c.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(c.dir, uid, gid)
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// command runs as the one who owns the cluster.
func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
	return cmd
}

// freePort gives a port on which nobody listens.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// watched runs a program until the input ends, so that it ends also where the tests were
// killed.
const watched = `"$0" "$@" & read -r line; kill -QUIT $! 2>/dev/null; wait`

// start starts the server and waits until it answers.
func (c *cluster) start() error {
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{"-c", watched, filepath.Join(c.bin, "postgres"), "-D", c.data(), "-p", strconv.Itoa(c.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=300"}
	cmd := c.command("/bin/sh", append(args, c.args...)...)
	cmd.Stdout, cmd.Stderr = log, log
	if c.input, err = cmd.StdinPipe(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.running = cmd
	return c.await()
}

// await waits until the server answers.
func (c *cluster) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.url())
		if err == nil {
			return conn.Close(ctx)
		}
		if ctx.Err() != nil {
			log, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			return fmt.Errorf("the server does not answer: %w: %s", err, log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// url is where the server is.
func (c *cluster) url() string { return c.at(c.port) }

// at is the server as it is reached through a port.
func (c *cluster) at(port int) string {
	return fmt.Sprintf("postgres://dealstate@127.0.0.1:%d/postgres?sslmode=disable", port)
}

// stop ends the server at once, without a checkpoint.
func (c *cluster) stop() {
	if c.running != nil {
		c.input.Close()
		_ = c.running.Wait()
		c.running = nil
	}
}

func (c *cluster) remove() {
	c.stop()
	_ = os.RemoveAll(c.dir)
}
