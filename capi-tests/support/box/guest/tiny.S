/*
 * A guest kernel that blocks for ever, PV (64 bit) and PVH: a few hundred bytes
 * that need 4 MB of memory, for tests that want many domains or steady ones.
 */
#define ELFNOTE_LOADER_ENTRY   1
#define ELFNOTE_VIRT_BASE      3
#define ELFNOTE_PADDR_OFFSET   4
#define ELFNOTE_XEN_VERSION    5
#define ELFNOTE_GUEST_OS       6
#define ELFNOTE_LOADER         8
#define ELFNOTE_PHYS32_ENTRY  18

#define HYPERVISOR_sched_op   29
#define SCHEDOP_poll           3

	.text
	.code64
	.globl pv_entry
pv_entry:
	/* Poll no event channels, with no time limit. */
	mov	$HYPERVISOR_sched_op, %eax
	mov	$SCHEDOP_poll, %edi
	lea	poll_nothing(%rip), %rsi
	syscall
	jmp	pv_entry

	.code32
	.globl pvh_entry
pvh_entry:
	/* Halting with interrupts off would count as a shutdown. */
	sti
	hlt
	jmp	pvh_entry

	.data
	.balign	8
poll_nothing:
	.quad	0	/* ports */
	.long	0, 0	/* how many */
	.quad	0	/* until */

	.macro note type, value:vararg
	.section .note.Xen, "a", @note
	.balign	4
	.long	4, 2f - 1f, \type
	.asciz	"Xen"
1:	\value
2:	.balign	4
	.endm

	note	ELFNOTE_GUEST_OS, .asciz "tiny"
	note	ELFNOTE_XEN_VERSION, .asciz "xen-3.0"
	note	ELFNOTE_LOADER, .asciz "generic"
	note	ELFNOTE_VIRT_BASE, .quad virt_base
	note	ELFNOTE_PADDR_OFFSET, .quad 0
	note	ELFNOTE_LOADER_ENTRY, .quad pv_entry
	note	ELFNOTE_PHYS32_ENTRY, .quad pvh_entry_phys
