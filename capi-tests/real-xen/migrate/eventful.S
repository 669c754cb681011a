/*
 * A PVH guest's kernel that suspends when it gets an event, and does nothing else: for guests that offer an event channel
 * for that. The channel is the first that is free, port 3, which whoever tests writes into xenstore for it. In a new domain
 * it makes another, and goes on.
 */
#define ELFNOTE_GUEST_OS       6
#define ELFNOTE_PHYS32_ENTRY  18

#define HYPERVISOR_memory_op          12
#define HYPERVISOR_sched_op           29
#define HYPERVISOR_event_channel_op   32
#define HYPERVISOR_hvm_op             34
#define XENMEM_add_to_physmap          7
#define EVTCHNOP_alloc_unbound         6
#define HVMOP_set_param                0
#define SCHEDOP_shutdown               2
#define SCHEDOP_poll                   3
#define SHUTDOWN_suspend               2
#define DOMID_SELF                0x7ff0
#define PENDING                    0x800 /* in the shared page, as 32-bit guests have it */

	.macro hypercall number, op, argument
	mov	$\op, %ebx
	mov	$\argument, %ecx
	mov	$hypercalls + \number * 32, %eax
	call	*%eax
	.endm

	.text
	.globl entry
entry:
	mov	$stack, %esp
	/* Xen tells by which register it can be asked for the page of hypercalls. */
	mov	$0x40000002, %eax
	cpuid
	mov	%ebx, %ecx
	mov	$hypercalls, %eax
	xor	%edx, %edx
	wrmsr
begin:
	/* Without a callback a guest is not told that its suspension was cancelled. It takes no interrupts. */
	hypercall HYPERVISOR_hvm_op, HVMOP_set_param, callback
	hypercall HYPERVISOR_memory_op, XENMEM_add_to_physmap, where
	hypercall HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, channel
wait:
	hypercall HYPERVISOR_sched_op, SCHEDOP_poll, events
	mov	port, %eax
	lock btr %eax, shared + PENDING
	jnc	wait
	hypercall HYPERVISOR_sched_op, SCHEDOP_shutdown, reason
	test	%eax, %eax
	/* 1: cancelled. 0: in a new domain. */
	jnz	wait
	jmp	begin

	.data
	.balign	8
where:	.short	DOMID_SELF, 0
	.long	0, 0		/* XENMAPSPACE_shared_info */
	.long	shared_page
callback:
	.short	DOMID_SELF, 0
	.long	0		/* HVM_PARAM_CALLBACK_IRQ */
	.long	0xf3, 2 << 24	/* a vector */
channel:
	.short	DOMID_SELF, 0	/* for domain 0 */
port:	.long	0
events:	.long	port, 1
	.quad	0		/* for ever */
reason:	.long	SHUTDOWN_suspend

	.bss
	.balign	4096
hypercalls:
	.skip	4096
	.globl	shared
shared:	.skip	4096
	.skip	4096
stack:

	.macro note type, value:vararg
	.section .note.Xen, "a", @note
	.balign	4
	.long	4, 2f - 1f, \type
	.asciz	"Xen"
1:	\value
2:	.balign	4
	.endm

	note	ELFNOTE_GUEST_OS, .asciz "eventful"
	note	ELFNOTE_PHYS32_ENTRY, .long entry
