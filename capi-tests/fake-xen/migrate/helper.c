/*
 * Stands in for libxl-save-helper: says what that says, until it is to do something that it does not.
 *
 * $HELPER is a word and a number: at that step of its work it dies (kill), ends (exit), speaks nonsense (noise), claims a
 * message and does not send it (half), sends a request that does not exist (wrong), takes half a second (late), stops without a
 * message (hang) or does so and cannot be told to end (deaf). "fine" does it all; "refuse" says at the end that it has failed, "unsaid" that it has without a
 * reason. "dirty" has the logging of dirty pages started and stopped.
 *
 * With checkpoints the steps of each round count on from the next ten: step 13 is the first round's step 3 (the first of all
 * being round 0). "refuse" and a number ends it after so many rounds.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IMAGE = 64 };
static const char *how = "fine";
static int when = -1;

static void say(const void *message, uint16_t length)
{
    if (write(1, &length, sizeof(length)) != sizeof(length) || write(1, message, length) != length)
        _exit(9);
}

static void say_number(uint16_t number, const void *arguments, unsigned length)
{
    char message[100];

    memcpy(message, &number, sizeof(number));
    memcpy(message + 2, arguments, length);
    say(message, length + 2);
}

static int answer(void)
{
    int value;

    if (read(0, &value, sizeof(value)) != sizeof(value))
        _exit(10);
    return value;
}

static int read_image(int fd, char *image)
{
    int total = 0, n;

    while (total < IMAGE && (n = read(fd, image + total, IMAGE - total)) > 0)
        total += n;
    return total == IMAGE && image[0] == 'i';
}

/* An end that is one: what libxc's function has given. */
static int complete(const int *result)
{
    say_number(10, result, 8);
    answer();
    return 0;
}

static void step(int now)
{
    if (now != when)
        return;
    if (!strcmp(how, "kill"))
        raise(SIGKILL);
    if (!strcmp(how, "exit"))
        _exit(0);
    if (!strcmp(how, "noise"))
        say("nonsense", 8);
    if (!strcmp(how, "half")) {
        uint16_t length = 0xffff;
        if (write(1, &length, 2) != 2)
            _exit(9);
        _exit(0);
    }
    if (!strcmp(how, "wrong")) {
        say_number(6, "", 0);
        answer();
    }
    if (!strcmp(how, "late"))
        usleep(500000);
    if (!strcmp(how, "deaf"))
        signal(SIGTERM, SIG_IGN);
    if (!strcmp(how, "deaf") || !strcmp(how, "hang"))
        for (;;)
            pause();
}

static const int bad[2] = { -1, EIO }, good[2] = { 0, 0 }, unsaid[2] = { -1, 0 };

/* A piece of the image in each round, after which the guest runs on. */
static int save_rounds(int fd)
{
    char image[IMAGE];

    memset(image, 'i', sizeof(image));
    for (int round = 0; strcmp(how, "refuse") || round < when; round++) {
        step(10 * round + 1);
        say_number(3, "", 0);
        step(10 * round + 2);
        if (!answer())
            break;
        step(10 * round + 3);
        if (write(fd, image, IMAGE) != IMAGE)
            break;
        say_number(4, "", 0);
        step(10 * round + 4);
        if (!answer())
            break;
        say_number(5, "", 0);
        step(10 * round + 5);
        if (!answer())
            break;
    }
    return complete(bad);
}

/* The guest continues from the last complete checkpoint. */
static int restore_rounds(int fd)
{
    enum { FAILED, SUCCESS, FAILOVER };
    char image[IMAGE];
    uint32_t missing = 0;
    uint64_t frames[2] = { 5, 6 };

    for (int round = 0;; round++) {
        int result;
        step(10 * round + 1);
        if (!read_image(fd, image)) {
            if (!round)
                return complete(bad);
            break;
        }
        if (!round) {
            say_number(8, &missing, sizeof(missing));
            answer();
        }
        step(10 * round + 2);
        say_number(5, "", 0);
        step(10 * round + 3);
        result = answer();
        if (result == FAILED || (result == FAILOVER && !round))
            return complete(bad);
        if (result == FAILOVER)
            break;
    }
    say_number(9, frames, sizeof(frames));
    return complete(good);
}

int main(int argc, char **argv)
{
    const char *told = getenv("HELPER");
    int fd = argc > 2 ? atoi(argv[2]) : -1;
    static char word[20], image[IMAGE];
    struct { uint32_t level, error, a; char context[3]; uint32_t b; char text[6]; } __attribute__((packed)) line =
        { 1, -1, 3, "xc", 6, "hello" };

    if (told && sscanf(told, "%19s %d", word, &when) >= 1)
        how = word;
    step(0);
    say_number(1, &line, sizeof(line));
    /* The last argument of both: whether there are checkpoints. */
    if (!strcmp(argv[argc - 1], "1"))
        return !strcmp(argv[1], "--save-domain") ? save_rounds(fd) : restore_rounds(fd);
    step(1);
    if (!strcmp(argv[1], "--save-domain")) {
        uint32_t of_domain[2] = { atoi(argv[4]), 1 };
        if (!strcmp(how, "dirty")) {
            say_number(7, of_domain, sizeof(of_domain));
            if (answer())
                return complete(bad);
        }
        say_number(3, "", 0);
        step(2);
        if (!answer())
            return complete(bad);
        step(3);
        memset(image, 'i', sizeof(image));
        if (write(fd, image, IMAGE) != IMAGE)
            return complete(bad);
    } else {
        uint32_t missing = 0;
        uint64_t frames[2] = { 5, 6 };
        if (!read_image(fd, image))
            return complete(bad);
        step(2);
        say_number(8, &missing, sizeof(missing));
        answer();
        step(3);
        if (strcmp(how, "silent"))
            say_number(9, frames, sizeof(frames));
    }
    step(4);
    say_number(10, !strcmp(how, "refuse") ? bad : !strcmp(how, "unsaid") ? unsaid : good, 8);
    step(5);
    answer();
    step(6);
    return !strcmp(how, "status") ? 3 : 0;
}
