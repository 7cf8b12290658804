/* enter PID DIRECTORY COMMAND [ARGUMENT...]: runs COMMAND inside the host whose first process is PID.
 *
 * Why not nsenter(1): it forks to enter the pid namespace, and its caller knows only the pid of the outer process. Killing
 * that one leaves COMMAND running. Here SIGKILL of the outer process kills COMMAND too (parent-death signal), other signals
 * are passed on, and COMMAND's exit status becomes ours. Not forking is no solution: a process that stays outside the pid
 * namespace of its children cannot start threads.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what) {
  fprintf(stderr, "enter: %s: %s\n", what, strerror(errno));
  exit(125);
}

static void enter_namespaces(const char *pid) {
  /* The mount namespace comes last: /proc/PID is a path in ours. All are opened first, so that PID is the same process for all. */
  static const char *names[] = {"cgroup", "ipc", "uts", "net", "pid", "mnt"};
  int fds[6];
  for (int i = 0; i < 6; i++) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%s/ns/%s", pid, names[i]);
    if ((fds[i] = open(path, O_RDONLY | O_CLOEXEC)) < 0) fail(path);
  }
  for (int i = 0; i < 6; i++)
    if (setns(fds[i], 0) != 0) fail(names[i]);
}

static void run_inside(int parent_alive, const char *directory, char **command) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct pollfd parent = {parent_alive, POLLIN, 0};
  if (poll(&parent, 1, 0) != 0) _exit(137); /* died before the line above; getppid() is 0 in a new pid namespace */
  if (chdir(directory) != 0 && chdir("/") != 0) fail("chdir");
  execvp(command[0], command);
  int code = errno == ENOENT ? 127 : 126;
  fprintf(stderr, "enter: %s: %s\n", command[0], strerror(errno));
  _exit(code);
}

static void end_like(int status) {
  if (!WIFSIGNALED(status)) exit(WEXITSTATUS(status));
  int signal_number = WTERMSIG(status);
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  signal(signal_number, SIG_DFL);
  raise(signal_number);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal_number);
  sigprocmask(SIG_UNBLOCK, &only, NULL);
  exit(128 + signal_number);
}

int main(int argc, char **argv) {
  static const int passed_on[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
  if (argc < 4) {
    fprintf(stderr, "usage: enter PID DIRECTORY COMMAND [ARGUMENT...]\n");
    return 125;
  }
  enter_namespaces(argv[1]);

  int alive[2]; /* never written to: the read end sees a hang-up when we are gone */
  if (pipe2(alive, O_CLOEXEC) != 0) fail("pipe");
  sigset_t watched, before;
  sigemptyset(&watched);
  sigaddset(&watched, SIGCHLD);
  for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) sigaddset(&watched, passed_on[i]);
  sigprocmask(SIG_BLOCK, &watched, &before);
  signal(SIGCHLD, SIG_DFL); /* the caller may have ignored it, and then there would be no status to wait for */

  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    close(alive[1]);
    sigprocmask(SIG_SETMASK, &before, NULL);
    run_inside(alive[0], argv[2], argv + 3);
  }
  for (;;) {
    siginfo_t info;
    int signal_number = sigwaitinfo(&watched, &info);
    int status;
    if (signal_number == SIGCHLD) {
      if (waitpid(child, &status, WNOHANG) == child) end_like(status);
    } else if (signal_number > 0 && info.si_code != SI_KERNEL) {
      kill(child, signal_number); /* signals from the terminal (SI_KERNEL) have reached the child already */
    }
  }
}
