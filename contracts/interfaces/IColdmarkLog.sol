// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title ColdmarkLog: the place on a chain where the heads of append-only logs are kept.
/// @notice A log's head only ever moves forward, and only with a proof (RFC 9162 §2.1.4.2) that the new tree extends the
/// old one. Nobody, the admin included, lowers a size, replaces a root or deletes a seal. The contract can't be upgraded,
/// takes no ether and calls nothing but the SHA-256 precompile.
/// @dev A day is a UTC day number: `timestamp / 86400`. `logId = keccak256(bytes(origin))`, `origin` being the first line
/// of the log's checkpoints (C2SP tlog-checkpoint). All times are seconds since 1970.
interface IColdmarkLog {
    /// @notice A log was opened, at size 0.
    event Registered(bytes32 indexed logId, address indexed publisher, string origin);
    /// @notice The head of a log moved to this size and root.
    event Anchored(bytes32 indexed logId, uint48 indexed size, bytes32 root);
    /// @notice A new publisher was proposed; it may accept from `readyAt` on.
    event PublisherProposed(bytes32 indexed logId, address indexed proposed, address proposer, uint40 readyAt);
    /// @notice The admin withdrew a proposed publisher.
    event PublisherProposalCancelled(bytes32 indexed logId, address indexed proposed);
    /// @notice A log changed its publisher while its head stood at `atSize`.
    event PublisherRotated(bytes32 indexed logId, address indexed from, address indexed to, uint48 atSize);
    /// @notice A log was frozen until this time.
    event Frozen(bytes32 indexed logId, uint40 until);
    /// @notice A freeze was ended by the admin before it lapsed.
    event Unfrozen(bytes32 indexed logId);
    /// @notice A retirement was proposed; it may be carried out from `readyAt` on.
    event RetirementProposed(bytes32 indexed logId, uint32 day, bytes32 indexed successorId, uint40 readyAt);
    /// @notice The admin withdrew a proposed retirement.
    event RetirementCancelled(bytes32 indexed logId);
    /// @notice A log was closed: what its seals up to `day` cover stays valid, `successorId` goes on.
    event Retired(bytes32 indexed logId, uint32 day, bytes32 indexed successorId);
    /// @notice An account was given, or lost, the right to recall lots of a GTIN.
    event RevokerSet(bytes32 indexed gtinHash, string gtin, address indexed revoker, bool allowed);
    /// @notice A lot was recalled.
    event Revoked(bytes32 indexed subject, string gtin, string lot, uint16 reason);
    /// @notice A lot's recall was lifted.
    event RevocationLifted(bytes32 indexed subject, string gtin, string lot);
    /// @notice Another account was asked to become admin.
    event AdminProposed(address indexed proposed);
    /// @notice The admin changed.
    event AdminChanged(address indexed from, address indexed to);
    /// @notice The registrar changed.
    event RegistrarChanged(address indexed from, address indexed to);

    /// @notice Only the admin may call this.
    error NotAdmin(address caller);
    /// @notice Only the account that was asked to become admin may accept.
    error NotProposedAdmin(address caller);
    /// @notice Only the registrar opens logs.
    error NotRegistrar(address caller);
    /// @notice Only the log's publisher extends it; also where there is no such log.
    error NotPublisher(bytes32 logId, address caller);
    /// @notice Only the log's publisher or the admin proposes another publisher.
    error NotPublisherOrAdmin(bytes32 logId, address caller);
    /// @notice Only the proposed account may take the publisher's place.
    error NotProposedPublisher(bytes32 logId, address caller);
    /// @notice The account has no right to recall lots of this GTIN.
    error NotRevoker(string gtin, address caller);
    /// @notice An account is needed where the zero address was given.
    error ZeroAddress();
    /// @notice A log's origin is a text of at least one byte.
    error EmptyOrigin();
    /// @notice No log of this id was registered.
    error UnknownLog(bytes32 logId);
    /// @notice This origin was registered before, perhaps by somebody else.
    error AlreadyRegistered(bytes32 logId);
    /// @notice The new size is not above the head's: somebody was here first, or the caller is behind.
    error HeadMoved(bytes32 logId, uint48 size, bytes32 root);
    /// @notice A step of more than 2^24 entries: go there in several.
    error TooManyEntries(bytes32 logId, uint48 entries, uint48 atMost);
    /// @notice The proof doesn't show that the new tree extends the old one.
    error Inconsistent(bytes32 logId, uint48 size, uint48 newSize);
    /// @notice The log takes nothing before this time, when the freeze lapses.
    error LogFrozen(bytes32 logId, uint40 until);
    /// @notice The log is closed for ever.
    error LogRetired(bytes32 logId);
    /// @notice There is no freeze to end: there was none, or it lapsed.
    error NotFrozen(bytes32 logId);
    /// @notice The last freeze began less than 30 days ago.
    error FreezeTooSoon(bytes32 logId, uint40 allowedFrom);
    /// @notice There is no proposal to accept, to carry out or to withdraw.
    error NothingProposed(bytes32 logId);
    /// @notice There is a proposal already, which only the admin replaces.
    error AlreadyProposed(bytes32 logId);
    /// @notice The proposal's delay of 2 days isn't over.
    error TooEarly(bytes32 logId, uint40 readyAt);
    /// @notice Another day or successor was proposed than the one given.
    error OtherRetirementProposed(bytes32 logId, uint32 day, bytes32 successorId);
    /// @notice The day is neither sealed nor the head's own.
    error DayNotSealed(bytes32 logId, uint32 day);
    /// @notice The last day is before the first one, or they are too many.
    error BadDayRange(uint32 fromDay, uint32 toDay, uint32 atMost);
    /// @notice A GTIN is 14 digits here.
    error BadGtin(string gtin);
    /// @notice A lot's name is a text of at least one byte.
    error EmptyLot();
    /// @notice The lot's recall, first made at this time, is in force.
    error AlreadyRevoked(bytes32 subject, uint40 since);
    /// @notice The lot isn't recalled now.
    error NotRevoked(bytes32 subject);

    /// @notice Opens the log of this origin at size 0. Registrar only.
    /// @param origin The first line of the log's checkpoints; any non-empty text that was never registered here.
    /// @param publisher The account that may extend it.
    function register(string calldata origin, address publisher) external;

    /// @notice Moves a log's head forward, once the consistency proof holds. Publisher only.
    /// @dev The first extend of a UTC day first seals the head it replaces. A call sent twice changes nothing: the second
    /// one meets `HeadMoved`.
    /// @param newSize Above the head's size by at most 2^24.
    /// @param newRoot RFC 9162 root at `newSize`; not checkable, so trusted, in the first extend.
    /// @param proof RFC 9162 consistency proof from the head's size to `newSize`; empty in the first extend.
    function extend(bytes32 logId, uint48 newSize, bytes32 newRoot, bytes32[] calldata proof) external;

    /// @notice Proposes another publisher, who may accept after 2 days, also while the log is frozen.
    /// @dev By the publisher or the admin. Only the admin replaces a proposal, so that a stolen publisher key can't push
    /// back the rotation that ends it. A replaced proposal waits anew.
    function proposePublisher(bytes32 logId, address proposed) external;

    /// @notice Withdraws a proposed publisher. Admin only: the publisher's key may be the stolen one.
    function cancelPublisher(bytes32 logId) external;

    /// @notice Takes the publisher's place, after the delay. By the proposed account.
    function acceptPublisher(bytes32 logId) external;

    /// @notice Stops `extend` for 7 days; it lapses by itself. Admin only, at most once in 30 days from its start.
    function freeze(bytes32 logId) external;

    /// @notice Ends a freeze early; the 30 days go on counting from its start. Admin only.
    function unfreeze(bytes32 logId) external;

    /// @notice Proposes to close a log: what its seals up to `day` cover stays valid, nothing after. Admin only.
    /// @param day A sealed day, or the head's own (it is sealed when the log retires), or 0: nothing stays valid.
    /// @param successorId The registered log that goes on, or 0 for none. A new proposal replaces the last one.
    function proposeRetirement(bytes32 logId, uint32 day, bytes32 successorId) external;

    /// @notice Withdraws a proposed retirement. Admin only.
    function cancelRetirement(bytes32 logId) external;

    /// @notice Closes a log as proposed 2 days ago or earlier, and seals its last head. Admin only; takes no way back.
    function retire(bytes32 logId, uint32 day, bytes32 successorId) external;

    /// @notice Says whether an account may recall lots of a GTIN. Admin only.
    /// @param gtin 14 digits, shorter GTINs filled with leading zeros.
    function setRevoker(string calldata gtin, address revoker, bool allowed) external;

    /// @notice Recalls a lot. By a revoker of its GTIN.
    /// @dev After a lift, a lot may be recalled again: `since` stays that of the first recall, `until` goes back to 0.
    /// @param reason A code of the caller's own list.
    function revoke(string calldata gtin, string calldata lot, uint16 reason) external;

    /// @notice Lifts a recall; that it was, and since when, stays visible. By a revoker of the GTIN.
    function lift(string calldata gtin, string calldata lot) external;

    /// @notice Asks another account to become admin; it must accept. Admin only; 0 withdraws.
    function proposeAdmin(address proposed) external;

    /// @notice Becomes admin. By the proposed account.
    function acceptAdmin() external;

    /// @notice Names the account that may register logs. Admin only.
    function setRegistrar(address registrar) external;

    /// @notice The newest head of a log; zeros where none is registered.
    /// @return root RFC 9162 root, zero at size 0.
    /// @return size Number of entries.
    /// @return publisher The account that may extend it.
    /// @return anchoredAt When this head was set, 0 at size 0.
    /// @return flags 1 frozen now, 2 retired.
    function head(bytes32 logId)
        external
        view
        returns (bytes32 root, uint48 size, address publisher, uint40 anchoredAt, uint8 flags);

    /// @notice The seals of the days `fromDay` to `toDay`, both included, at most 400 of them.
    /// @return digests For each day `keccak256(abi.encode(size, root, anchoredAt))` of its last head, zero where none.
    function seals(bytes32 logId, uint32 fromDay, uint32 toDay) external view returns (bytes32[] memory digests);

    /// @notice The seal of one day, zero where there is none.
    function sealedDigest(bytes32 logId, uint32 day) external view returns (bytes32);

    /// @notice Whether and how a log was, or shall be, retired.
    /// @return day The last day whose seals count.
    /// @return successorId The log that goes on, or 0.
    /// @return readyAt From when it may be carried out; 0 where nothing was proposed.
    /// @return retired Whether it was carried out.
    function retirement(bytes32 logId)
        external
        view
        returns (uint32 day, bytes32 successorId, uint40 readyAt, bool retired);

    /// @notice The proposed publisher of a log, and from when it may accept; zeros where there is none.
    function publisherProposal(bytes32 logId) external view returns (address proposed, uint40 readyAt, bool byAdmin);

    /// @notice A recall.
    /// @param subject `keccak256("lot" ‖ 0x00 ‖ GTIN ‖ 0x00 ‖ lot)`, the GTIN in 14 digits.
    /// @return since When first recalled, 0 if never.
    /// @return until When lifted, 0 if in force.
    /// @return reason The newest recall's reason.
    function revocation(bytes32 subject) external view returns (uint40 since, uint40 until, uint16 reason);

    /// @notice Whether an account may recall lots of a GTIN.
    function isRevoker(string calldata gtin, address account) external view returns (bool);

    /// @notice The account that appoints, freezes and retires.
    function admin() external view returns (address);

    /// @notice The account that was asked to become admin.
    function proposedAdmin() external view returns (address);

    /// @notice The account that may register logs.
    function registrar() external view returns (address);
}
