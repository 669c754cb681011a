/* HVM guests with a QEMU: made and destroyed, the medium of their CD drive changed, by one process and by four at once, a
 * command sent to QEMU, and what the creation of one delays. The guests are paused: their firmware never runs. */
#include <fcntl.h>
#include <pthread.h>
#include "bench.h"

static const char *const media[] = { "/tmp/bench-one.iso", "/tmp/bench-two.iso" };

static void configure_without_drive(libxl_domain_config *config, int number)
{
    char name[40];

    libxl_domain_config_init(config);
    snprintf(name, sizeof(name), "bench-hvm-%d-%d", getpid(), number);
    config->c_info.type = LIBXL_DOMAIN_TYPE_HVM;
    config->c_info.name = strdup(name);
    libxl_uuid_generate(&config->c_info.uuid);
    libxl_domain_build_info_init_type(&config->b_info, LIBXL_DOMAIN_TYPE_HVM);
    config->b_info.max_vcpus = 1;
    config->b_info.max_memkb = config->b_info.target_memkb = 32 * 1024;
    libxl_defbool_set(&config->b_info.u.hvm.vnc.enable, 0);
    libxl_defbool_set(&config->b_info.u.hvm.nographic, 1);
}

static void configure(libxl_domain_config *config, int number)
{
    for (int n = 0; n < 2; n++) {
        int fd = open(media[n], O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

        if (fd < 0 || ftruncate(fd, 1 << 20))
            refused(media[n]);
        close(fd);
    }
    configure_without_drive(config, number);
    config->disks = calloc(1, sizeof(*config->disks));
    config->num_disks = 1;
    libxl_device_disk_init(config->disks);
    config->disks->vdev = strdup("hdc");
    config->disks->pdev_path = strdup(media[0]);
    config->disks->format = LIBXL_DISK_FORMAT_RAW;
    config->disks->is_cdrom = config->disks->removable = 1;
}

static uint32_t created(libxl_domain_config *config)
{
    uint32_t domid = 0;

    check(libxl_domain_create_new(ctx(), config, &domid, NULL, NULL), "libxl_domain_create_new");
    libxl_domain_config_dispose(config);
    return domid;
}

static uint32_t create(int number)
{
    libxl_domain_config config;

    configure(&config, number);
    return created(&config);
}

static void destroy(uint32_t domid)
{
    check(libxl_domain_destroy(ctx(), domid, NULL), "libxl_domain_destroy");
}

static void create_destroy(void) { destroy(create(0)); }

static void create_destroy_with(const char *emulator)
{
    libxl_domain_config config;

    configure_without_drive(&config, 0);
    config.b_info.device_model = emulator ? strdup(emulator) : NULL;
    destroy(created(&config));
}

static void with_qemu(void) { create_destroy_with(NULL); }
static void with_stand_in(void) { create_destroy_with("/tmp/bench/stand-in"); }

static uint32_t drive; /* the guest whose medium changes */

static void end_guest_with_drive(void) { libxl_domain_destroy(ctx(), drive, NULL); }

static void with_drive(void)
{
    drive = create(1);
    atexit(end_guest_with_drive);
}

static void insert(void)
{
    static int turn;
    libxl_device_disk disk;

    libxl_device_disk_init(&disk);
    disk.vdev = strdup("hdc");
    disk.pdev_path = strdup(media[++turn % 2]);
    disk.format = LIBXL_DISK_FORMAT_RAW;
    disk.is_cdrom = disk.removable = 1;
    check(libxl_cdrom_insert(ctx(), drive, &disk, NULL), "libxl_cdrom_insert");
    libxl_device_disk_dispose(&disk);
}

static void ask(void)
{
    char *output = NULL;

    check(libxl_qemu_monitor_command(ctx(), drive, "info version", &output, NULL), "libxl_qemu_monitor_command");
    free(output);
}

/* The guest is this process's, which ends it. */
static double insert_by_four(void)
{
    double each;

    drive = create(2);
    each = together(4, 8, insert);
    destroy(drive);
    return each;
}

static int creating;
static uint32_t made;

static void *create_beside(void *unused)
{
    made = create(3);
    __atomic_store_n(&creating, 0, __ATOMIC_SEQ_CST);
    return unused;
}

static double beside_a_creation(void)
{
    uint32_t other = create(4);
    libxl_dominfo info;
    double worst = 0;
    pthread_t thread;

    creating = 1;
    if (pthread_create(&thread, NULL, create_beside, NULL))
        refused("pthread_create");
    while (__atomic_load_n(&creating, __ATOMIC_SEQ_CST)) {
        double start = now();

        check(libxl_domain_info(ctx(), &info, other), "libxl_domain_info");
        check(libxl_domain_unpause(ctx(), other, NULL), "libxl_domain_unpause");
        start = now() - start;
        worst = start > worst ? start : worst;
        check(libxl_domain_pause(ctx(), other, NULL), "libxl_domain_pause");
        nap(2000);
    }
    pthread_join(thread, NULL);
    destroy(made);
    destroy(other);
    return worst;
}

const struct row hvm_rows[] = {
    { .name = "hvm", .title = "create + destroy, HVM with QEMU", .aim = 0.8, .scenes = ALONE, .run = create_destroy },
    { .name = "hvm-qemu", .title = "the same without a drive", .aim = 0.8, .scenes = ALONE, .run = with_qemu },
    { .name = "hvm-alone", .title = "the same with a program in QEMU's place that does nothing", .aim = 0.8, .scenes = ALONE,
      .run = with_stand_in },
    { .name = "cd", .title = "another medium for a CD drive", .aim = 0.7, .scenes = ALONE, .prepare = with_drive, .run = insert },
    { .name = "cd-4", .title = "the same by 4 processes at once", .aim = 0.5, .scenes = ALONE, .figure = insert_by_four,
      .unit = "ns" },
    { .name = "qmp", .title = "a command to QEMU's monitor", .aim = 1, .scenes = ALONE, .prepare = with_drive, .run = ask },
    { .name = "beside-hvm", .title = "longest info and unpause of another domain while an HVM domain is made", .aim = 1,
      .scenes = ALONE, .figure = beside_a_creation, .unit = "ns" },
    { NULL }
};
