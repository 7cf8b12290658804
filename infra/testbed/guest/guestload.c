/* guestload: the guest's only program (started by init).
 *
 * - dirties a working set at a given rate; every page is checked before it is written again, so memory that a migration lost
 *   or mixed up is counted (err)
 * - writes to /dev/vda at a given rate; a later dverify reads everything back
 * - prints a heartbeat on standard output (the serial console)
 * - takes commands on standard input, one per line, and answers each with a line "CTL ...":
 *     rate MIB/S | ws MIB | mode touch|fill | disk MIB/S | hb MS | cap MS | verify | dverify | status | off
 *   A final "#TAG" is returned as tag=TAG, which tells the answer from those to earlier commands.
 *
 * usage: guestload WS_MIB RATE_MIB/S touch|fill DISK_MIB/S HB_MS
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define WORDS (PAGE / sizeof(uint64_t))
#define BLOCK (64 * 1024)
#define MIB (1UL << 20)

static char boot[9] = "?"; /* differs between two boots of the guest, so that a reboot cannot pass as a continued heartbeat */

/* Memory. Word 0 of a page is the generation of the last write, word 1 its index, the rest pseudo-random, so that nothing
 * compresses or passes as a zero page. */
static uint64_t *memory, *written, *filled; /* per page: generation of the last write, and of the last complete fill */
static size_t pages, current, working_set_mib;
static uint64_t generation = 1, errors;
static double rate;
static int fill_whole_page;

/* Time lost to starvation is not caught up beyond this limit: a throttled guest must really write less. A writer that catches
 * up in bursts would defeat auto-converge. */
static double catch_up_max = 0.02;

/* Reading the clock is expensive on an emulated CPU. A guest that writes little reads it a quarter as often and writes as much
 * more each time. */
#define SLOW_RATE 4
#define SLOW_FACTOR 4

static int disk = -1;
static uint64_t disk_size, disk_position, disk_generation = 1, disk_errors, disk_written;
static double disk_rate;
static int heartbeat_ms = 1000;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
  return x ^ x >> 31;
}

static uint64_t next(uint64_t state) { return state * 6364136223846793005ULL + 1442695040888963407ULL; }

static uint64_t page_seed(size_t page, uint64_t fill) { return mix(page * 1000003ULL + fill); }

static void page_fill(size_t page, uint64_t value) {
  uint64_t *word = memory + page * WORDS, state = page_seed(page, value);
  for (size_t i = 2; i < WORDS; i++) word[i] = state = next(state);
  word[0] = value;
  word[1] = page;
  filled[page] = value;
}

static int page_head_ok(size_t page) {
  const uint64_t *word = memory + page * WORDS;
  return word[0] == written[page] && word[1] == page;
}

static int page_whole_ok(size_t page) {
  const uint64_t *word = memory + page * WORDS;
  uint64_t state = page_seed(page, filled[page]);
  for (size_t i = 2; i < WORDS; i++)
    if (word[i] != (state = next(state))) return 0;
  return page_head_ok(page);
}

static uint64_t *map(size_t bytes) {
  void *address = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) {
    printf("ERR mmap %zu bytes: %s\n", bytes, strerror(errno));
    return NULL;
  }
  madvise(address, bytes, MADV_NOHUGEPAGE);
  return address;
}

static void set_working_set(size_t mib) {
  if (memory) {
    munmap(memory, pages * PAGE);
    munmap(written, pages * sizeof *written);
    munmap(filled, pages * sizeof *filled);
  }
  memory = NULL;
  current = pages = working_set_mib = 0;
  size_t wanted = mib * MIB / PAGE;
  if (!wanted) return;
  if (!(memory = map(wanted * PAGE))) return;
  if (!(written = map(wanted * sizeof *written)) || !(filled = map(wanted * sizeof *filled))) {
    memory = NULL;
    return;
  }
  pages = wanted;
  working_set_mib = mib;
  for (size_t i = 0; i < pages; i++) {
    page_fill(i, generation);
    written[i] = generation;
  }
}

static void dirty_one(void) {
  if (!page_head_ok(current)) errors++;
  generation++;
  if (fill_whole_page)
    page_fill(current, generation);
  else
    memory[current * WORDS] = generation;
  written[current] = generation;
  if (++current == pages) current = 0;
}

static void verify(void) {
  size_t bad = 0;
  for (size_t i = 0; i < pages; i++) bad += !page_whole_ok(i);
  printf("VERIFY pages=%zu bad=%zu\n", pages, bad);
}

static uint64_t *block_buffer(void) {
  static uint64_t *buffer;
  if (!buffer) buffer = aligned_alloc(PAGE, BLOCK);
  return buffer;
}

static void disk_open(void) {
  disk = open("/dev/vda", O_RDWR | O_DIRECT);
  if (disk >= 0) disk_size = lseek(disk, 0, SEEK_END);
}

static void block_fill(uint64_t *word, uint64_t position, uint64_t value) {
  uint64_t state = mix(position + value);
  for (size_t i = 2; i < BLOCK / sizeof *word; i++) word[i] = state = next(state);
  word[0] = value;
  word[1] = position;
}

static void disk_one(void) {
  uint64_t *buffer = block_buffer();
  block_fill(buffer, disk_position, disk_generation);
  if (pwrite(disk, buffer, BLOCK, disk_position) != BLOCK)
    disk_errors++;
  else
    disk_written += BLOCK;
  disk_position += BLOCK;
  if (disk_position + BLOCK > disk_size) {
    disk_position = 0;
    disk_generation++;
  }
}

static int block_whole_ok(uint64_t position, uint64_t value) {
  static uint64_t *expected;
  if (!expected) expected = aligned_alloc(PAGE, BLOCK);
  block_fill(expected, position, value);
  return pread(disk, block_buffer(), BLOCK, position) == BLOCK && memcmp(block_buffer(), expected, BLOCK) == 0;
}

/* Every block that was ever written must read back as last written. */
static void disk_verify(void) {
  uint64_t blocks = 0, bad = 0;
  for (uint64_t position = 0; disk >= 0 && position + BLOCK <= disk_size; position += BLOCK) {
    uint64_t value = position < disk_position ? disk_generation : disk_generation - 1;
    if (!value) break;
    blocks++;
    bad += !block_whole_ok(position, value);
  }
  printf("DVERIFY blocks=%llu bad=%llu\n", (unsigned long long)blocks, (unsigned long long)bad);
}

static void command(char *line) {
  char verb[32] = "", argument[32] = "", *tag = strstr(line, " #");
  if (tag) {
    *tag = 0;
    tag += 2;
  }
  if (sscanf(line, "%31s %31s", verb, argument) < 1) return;
  if (!strcmp(verb, "rate")) rate = atof(argument);
  else if (!strcmp(verb, "ws")) set_working_set(atoi(argument));
  else if (!strcmp(verb, "mode")) fill_whole_page = !strcmp(argument, "fill");
  else if (!strcmp(verb, "disk")) disk_rate = disk >= 0 ? atof(argument) : 0;
  else if (!strcmp(verb, "hb")) heartbeat_ms = atoi(argument) > 0 ? atoi(argument) : heartbeat_ms;
  else if (!strcmp(verb, "cap")) catch_up_max = atof(argument) / 1000;
  else if (!strcmp(verb, "verify")) verify();
  else if (!strcmp(verb, "dverify")) disk_verify();
  else if (!strcmp(verb, "off")) {
    printf("OFF\n");
    sync();
    reboot(RB_POWER_OFF);
  } else if (strcmp(verb, "status"))
    printf("ERR unknown command %s\n", verb);
  printf("CTL tag=%s ws=%zu rate=%g mode=%s disk=%g hb=%d dsize=%llu err=%llu derr=%llu end\n", tag ? tag : "",
         working_set_mib, rate, fill_whole_page ? "fill" : "touch", disk_rate, heartbeat_ms, (unsigned long long)disk_size,
         (unsigned long long)errors, (unsigned long long)disk_errors);
}

static void read_commands(int wait_ms) {
  static char line[128];
  static size_t length;
  struct pollfd input = {STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, wait_ms) <= 0) return;
  char c;
  ssize_t got;
  while ((got = read(STDIN_FILENO, &c, 1)) == 1) {
    if (c != '\n' && c != '\r') {
      if (length < sizeof line - 1) line[length++] = c;
      continue;
    }
    line[length] = 0;
    length = 0;
    command(line);
  }
  if (got == 0) nanosleep(&(struct timespec){0, 10000000}, NULL); /* nobody is connected: do not spin */
}

/* The line repeats its number and ends in "end" because the switchover of a migration may cut it in two: its start is then in
 * the console log of the source and its end in that of the destination. Neither half must pass as a heartbeat, nor must two
 * halves of different heartbeats that join in a log. */
static void heartbeat(double at, double since, uint64_t dirtied, uint64_t disk_bytes) {
  static unsigned long long sequence;
  sequence++;
  printf("HB seq=%llu boot=%s t=%.3f dirty=%.1f disk=%.1f err=%llu derr=%llu of=%llu end\n", sequence, boot, at,
         dirtied * PAGE / (double)MIB / since, disk_bytes / (double)MIB / since, (unsigned long long)errors,
         (unsigned long long)disk_errors, sequence);
}

static void work(void) {
  double last = now(), beat = last, pages_owed = 0, blocks_owed = 0;
  uint64_t dirtied = 0, disk_reported = 0;
  heartbeat(last, 1, 0, 0); /* at once, so that a client that waited for READY finds one */
  for (;;) {
    int looks = rate <= SLOW_RATE && disk_rate == 0 ? SLOW_FACTOR : 1;
    double at = now(), passed = at - last;
    last = at;
    if (passed > catch_up_max * looks) passed = catch_up_max * looks;
    if (rate > 0 && pages) {
      pages_owed += rate * MIB / PAGE * passed;
      double limit = at + 0.05;
      for (; pages_owed >= 1; pages_owed--) {
        dirty_one();
        if ((++dirtied & 63) == 0 && now() > limit) pages_owed = 1;
      }
    }
    if (disk_rate > 0) {
      blocks_owed += disk_rate * MIB / BLOCK * passed;
      for (; blocks_owed >= 1; blocks_owed--) disk_one();
    }
    at = now();
    double period = heartbeat_ms / 1000.0;
    if (at - beat >= period) {
      heartbeat(at, at - beat, dirtied, disk_written - disk_reported);
      dirtied = 0;
      disk_reported = disk_written;
      beat = at - beat > 2 * period ? at : beat + period;
    }
    int until_beat_ms = (int)((beat + period - now()) * 1000) + 1;
    int wait_ms = (rate > 0 || disk_rate > 0) && 10 * looks < until_beat_ms ? 10 * looks : until_beat_ms;
    read_commands(wait_ms < 1 ? 1 : wait_ms);
  }
}

int main(int argc, char **argv) {
  if (argc != 6) {
    printf("ERR usage: guestload WS_MIB RATE touch|fill DISK_RATE HB_MS\n");
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  FILE *id = fopen("/proc/sys/kernel/random/boot_id", "r");
  if (id && !fgets(boot, sizeof boot, id)) strcpy(boot, "?");
  rate = atof(argv[2]);
  fill_whole_page = !strcmp(argv[3], "fill");
  disk_open();
  if (disk >= 0) disk_rate = atof(argv[4]);
  if (atoi(argv[5]) > 0) heartbeat_ms = atoi(argv[5]);
  double start = now();
  set_working_set(atoi(argv[1]));
  printf("READY boot=%s ws=%zu rate=%g mode=%s filled_in=%.2fs\n", boot, working_set_mib, rate,
         fill_whole_page ? "fill" : "touch", now() - start);
  fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  work();
}
