namespace SmsDapr.Core.Messages;

/// <summary>Why a message exists.</summary>
public enum MessageType
{
    /// <summary>Planned from a calendar event.</summary>
    EventReminder,

    /// <summary>Asked for by a caller of the API.</summary>
    Custom,
}

/// <summary>Where a message stands. Only moves forward, except that a failed attempt goes back to <see cref="Scheduled"/>.</summary>
public enum MessageStatus
{
    /// <summary>Waits for its send time, for a retry or for the end of a pause.</summary>
    Scheduled,

    /// <summary>A create request is under way, or its outcome is not known yet.</summary>
    Sending,

    /// <summary>Accepted by the provider; no final receipt yet.</summary>
    Sent,

    /// <summary>Delivered. Nothing replaces it.</summary>
    Delivered,

    /// <summary>Ended without delivery after at least one create request.</summary>
    Failed,

    /// <summary>Ended on purpose, or before any create request was made.</summary>
    Cancelled,
}

/// <summary>Where the SMS of a message stands, in the provider's terms.</summary>
public enum SmsStatus
{
    /// <summary>Not handed to the provider, or waiting to be handed over again.</summary>
    Scheduled,

    /// <summary>Being handed over, or waiting in the provider's queue.</summary>
    Queued,

    /// <summary>The provider is passing it to the carrier.</summary>
    Sending,

    /// <summary>Passed to the carrier.</summary>
    Sent,

    /// <summary>The carrier confirmed delivery.</summary>
    Delivered,

    /// <summary>The provider did not get it out.</summary>
    Failed,

    /// <summary>Passed on, then refused by the carrier or the handset.</summary>
    Undelivered,

    /// <summary>Never sent, or taken back at the provider.</summary>
    Cancelled,
}

/// <summary>Why a message has the status that it has.</summary>
public enum StatusReason
{
    /// <summary>A person cancelled it.</summary>
    UserCancelled,

    /// <summary>Its calendar event is gone.</summary>
    EventDeleted,

    /// <summary>Its calendar event was moved to a time that has passed.</summary>
    EventRescheduledToPast,

    /// <summary>Its calendar event became an all-day event.</summary>
    EventAllDay,

    /// <summary>Its calendar event began first.</summary>
    EventStarted,

    /// <summary>Deferred to the end of the user's quiet hours.</summary>
    QuietHours,

    /// <summary>The user's quiet hours last until the event begins.</summary>
    QuietHoursUntilEvent,

    /// <summary>The user's daily limit is reached.</summary>
    DailyLimit,

    /// <summary>The user opted out.</summary>
    OptedOut,

    /// <summary>The user has no verified phone number.</summary>
    PhoneNotVerified,

    /// <summary>The user turned event reminders off.</summary>
    RemindersDisabled,

    /// <summary>The user's calendar was disconnected.</summary>
    CalendarDisconnected,

    /// <summary>Sending is switched off as a whole.</summary>
    SendingDisabled,

    /// <summary>It could not be sent soon enough after its send time.</summary>
    Expired,

    /// <summary>Waits for its next attempt.</summary>
    Retry,

    /// <summary>The provider refused it for good.</summary>
    ProviderRejected,

    /// <summary>Every attempt failed.</summary>
    AttemptsExhausted,
}

/// <summary>Who wrote the text of a message.</summary>
public enum BodySource
{
    /// <summary>A built-in template.</summary>
    Template,

    /// <summary>A language model.</summary>
    Llm,

    /// <summary>The caller of the API.</summary>
    Caller,
}

/// <summary>Who caused an entry of the timeline.</summary>
public enum TimelineSource
{
    /// <summary>The planner of event reminders.</summary>
    Planner,

    /// <summary>A caller of the API.</summary>
    Api,

    /// <summary>The workflow of the message.</summary>
    Workflow,

    /// <summary>A receipt or answer of Twilio.</summary>
    Twilio,

    /// <summary>A change in the user's calendar.</summary>
    Calendar,

    /// <summary>An inbound text of the user.</summary>
    Inbound,

    /// <summary>The reconciler, from what it looked up at the provider.</summary>
    Reconciler,
}

/// <summary>What is known of the create request of one attempt. Internal to the record; not part of the public contract.</summary>
public enum CreateOutcome
{
    /// <summary>Stored before the call: under way, or the process died around it.</summary>
    Requested,

    /// <summary>The call ended without an answer that settles it: timeout, lost connection, 5xx.</summary>
    Unknown,

    /// <summary>The provider has it; its SID is known.</summary>
    Accepted,

    /// <summary>The provider refused the request.</summary>
    Refused,

    /// <summary>Looked up: the provider has no such message.</summary>
    Absent,
}
